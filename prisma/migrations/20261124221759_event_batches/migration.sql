-- DropIndex
DROP INDEX "stripe_events_status_next_attempt_at_idx";

-- AlterTable
ALTER TABLE "stripe_events" ADD COLUMN     "last_stack" TEXT;

-- CreateIndex
CREATE INDEX "stripe_events_pending_idx" ON "stripe_events"("next_attempt_at") WHERE (status = 'pending');

-- CreateIndex
CREATE INDEX "stripe_events_untried_idx" ON "stripe_events"("next_attempt_at") WHERE (status = 'pending' AND attempts = 0);
