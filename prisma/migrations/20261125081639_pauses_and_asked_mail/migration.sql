-- AlterTable
ALTER TABLE "facts" ADD COLUMN     "asked_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "subscriptions" ADD COLUMN     "pause_behavior" TEXT,
ADD COLUMN     "pause_resumes_at" TIMESTAMPTZ(3);
