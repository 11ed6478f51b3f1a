-- What of schema.prisma the webhook touches, as Prisma would make it.
create table peer_user (id text primary key, name text not null, email text not null unique,
  "emailVerified" boolean not null default false, image text, "createdAt" timestamp(3) not null default current_timestamp,
  "updatedAt" timestamp(3) not null default current_timestamp, "stripeCustomerId" text);
create table peer_subscription (id text primary key, plan text not null, "referenceId" text not null,
  "stripeCustomerId" text, "stripeSubscriptionId" text, status text, "periodStart" timestamp(3), "periodEnd" timestamp(3),
  "trialStart" timestamp(3), "trialEnd" timestamp(3), "cancelAtPeriodEnd" boolean, "cancelAt" timestamp(3),
  "canceledAt" timestamp(3), "endedAt" timestamp(3), seats integer, "billingInterval" text, "stripeScheduleId" text);
create index on peer_subscription ("stripeSubscriptionId");
