-- CreateTable
CREATE TABLE "progress" (
    "name" TEXT NOT NULL,
    "state" JSONB NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),

    CONSTRAINT "progress_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "met_at_stripe" (
    "pass" TEXT NOT NULL,
    "id" TEXT NOT NULL,

    CONSTRAINT "met_at_stripe_pkey" PRIMARY KEY ("pass","id")
);

-- CreateTable
CREATE TABLE "findings" (
    "kind" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "detail" TEXT NOT NULL,
    "found_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "told_at" TIMESTAMPTZ(3),
    "resolved_at" TIMESTAMPTZ(3),

    CONSTRAINT "findings_pkey" PRIMARY KEY ("kind","subject_id")
);

-- CreateTable
CREATE TABLE "operator_acts" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "operator" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "target" TEXT,
    "detail" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "operator_acts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "replays" (
    "id" TEXT NOT NULL,
    "operator" TEXT NOT NULL,
    "filter" JSONB NOT NULL,
    "status" TEXT NOT NULL,
    "total" INTEGER NOT NULL,
    "replayed" INTEGER NOT NULL DEFAULT 0,
    "cursor_at" TIMESTAMPTZ(3),
    "cursor_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "replays_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "revenue_months" (
    "month" DATE NOT NULL,
    "currency" TEXT NOT NULL,
    "mrr" BIGINT NOT NULL,
    "active" INTEGER NOT NULL,
    "trialing" INTEGER NOT NULL,
    "started" INTEGER NOT NULL,
    "churned" INTEGER NOT NULL,
    "counted_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "revenue_months_pkey" PRIMARY KEY ("month","currency")
);

-- CreateIndex
CREATE INDEX "findings_resolved_at_kind_found_at_idx" ON "findings"("resolved_at", "kind", "found_at");

-- CreateIndex
CREATE INDEX "operator_acts_target_idx" ON "operator_acts"("target");

-- CreateIndex
CREATE INDEX "replays_status_idx" ON "replays"("status");

-- CreateIndex
CREATE INDEX "customers_email_idx" ON "customers"("email");

-- CreateIndex
CREATE INDEX "stripe_events_customer_id_idx" ON "stripe_events"("customer_id");

-- CreateIndex
CREATE INDEX "stripe_events_received_at_idx" ON "stripe_events"("received_at");

-- CreateIndex
CREATE INDEX "stripe_events_type_received_at_idx" ON "stripe_events"("type", "received_at");

-- CreateIndex
CREATE INDEX "stripe_events_status_outcome_received_at_idx" ON "stripe_events"("status", "outcome", "received_at");

-- CreateIndex
CREATE INDEX "subscriptions_status_current_period_end_idx" ON "subscriptions"("status", "current_period_end");
