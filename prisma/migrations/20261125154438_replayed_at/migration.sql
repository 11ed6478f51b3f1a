-- AlterTable
ALTER TABLE "stripe_events" ADD COLUMN     "replayed_at" TIMESTAMPTZ(3);
