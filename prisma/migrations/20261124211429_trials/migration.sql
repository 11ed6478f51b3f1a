-- CreateTable
CREATE TABLE "trials" (
    "user_id" TEXT NOT NULL,
    "subscription_id" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "trials_pkey" PRIMARY KEY ("user_id")
);
