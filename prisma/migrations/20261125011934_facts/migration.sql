-- CreateTable
CREATE TABLE "facts" (
    "key" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "event_id" TEXT NOT NULL,
    "customer_id" TEXT NOT NULL,
    "subscription_id" TEXT,
    "invoice_id" TEXT,
    "amount" BIGINT,
    "currency" TEXT,
    "next_at" TIMESTAMPTZ(3),
    "attempt" INTEGER,
    "price_id" TEXT,
    "quantity" INTEGER,
    "price_before" TEXT,
    "quantity_before" INTEGER,
    "reason" TEXT,
    "mail" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3),
    "locked_until" TIMESTAMPTZ(3),
    "sent_at" TIMESTAMPTZ(3),
    "last_error" TEXT,

    CONSTRAINT "facts_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE INDEX "facts_customer_id_at_idx" ON "facts"("customer_id", "at" DESC);

-- CreateIndex
CREATE INDEX "facts_pending_idx" ON "facts"("next_attempt_at") WHERE (mail = 'pending');

-- CreateIndex
CREATE INDEX "facts_parked_idx" ON "facts"("at") WHERE (mail = 'parked');
