-- AlterTable
ALTER TABLE "subscriptions" ADD COLUMN     "pending_expires_at" TIMESTAMPTZ(3),
ADD COLUMN     "pending_price_id" TEXT,
ADD COLUMN     "pending_quantity" INTEGER;

-- CreateTable
CREATE TABLE "subscription_schedules" (
    "id" TEXT NOT NULL,
    "customer_id" TEXT,
    "subscription_id" TEXT,
    "status" TEXT NOT NULL,
    "next_phase_at" TIMESTAMPTZ(3),
    "next_price_id" TEXT,
    "next_quantity" INTEGER,
    "livemode" BOOLEAN NOT NULL DEFAULT false,
    "stripe_state_at" TIMESTAMPTZ(3) NOT NULL,
    "synced_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "subscription_schedules_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "entitlement_summaries" (
    "id" TEXT NOT NULL,
    "lookup_keys" TEXT[],
    "livemode" BOOLEAN NOT NULL DEFAULT false,
    "stripe_state_at" TIMESTAMPTZ(3) NOT NULL,
    "synced_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "entitlement_summaries_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "subscription_schedules_subscription_id_idx" ON "subscription_schedules"("subscription_id");
