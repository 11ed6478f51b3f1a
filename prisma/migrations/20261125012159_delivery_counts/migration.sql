-- CreateTable
CREATE TABLE "delivery_counts" (
    "hour" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "delivery_counts_pkey" PRIMARY KEY ("hour","kind")
);
