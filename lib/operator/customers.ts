import { db, Prisma } from "../db";

/** Looking at customers: found by an id of theirs, or by the beginning of an e-mail address. */

export type ListedCustomer = {
  id: string;
  email: string | null;
  userId: string | null;
  userEmail: string | null;
  deletedAt: Date | null;
};

const PAGE = 50;

const columns = Prisma.sql`c.id, c.email, c.user_id as "userId", u.email as "userEmail", c.deleted_at as "deletedAt"`;

/**
 * @param term an id (cus_, sub_, in_), an e-mail address or its beginning, or nothing for all of them
 * @param after the id of the last one on the page before
 */
export async function listCustomers(
  term: string,
  after: string,
): Promise<{ customers: ListedCustomer[]; next: string | null }> {
  const found = await db().$queryRaw<ListedCustomer[]>`
    select ${columns} from customers c left join users u on u.id = c.user_id
    where ${await conditionOf(term.trim())} and c.id > ${after}
    order by c.id limit ${PAGE + 1}`;
  const customers = found.slice(0, PAGE);
  return { customers, next: found.length > PAGE ? (customers.at(-1)?.id ?? null) : null };
}

async function conditionOf(term: string): Promise<Prisma.Sql> {
  if (term === "") return Prisma.sql`true`;
  if (term.startsWith("cus_")) return Prisma.sql`c.id = ${term}`;
  if (term.startsWith("sub_"))
    return idIs((await db().subscription.findUnique({ where: { id: term } }))?.customerId);
  if (term.startsWith("in_"))
    return idIs((await db().invoice.findUnique({ where: { id: term } }))?.customerId);
  const ids = await idsByAddress(term);
  return Prisma.sql`c.id = any(${ids})`;
}

const idIs = (id: string | null | undefined) => Prisma.sql`c.id = ${id ?? ""}`;

/** More than that is no answer to a search. */
const MOST_FOUND = 100;

/** The last character that there is: with it, a prefix is a range, which any index on the column answers. */
const LAST = "\u{10ffff}";

async function idsByAddress(term: string): Promise<string[]> {
  const prefixes = [...new Set([term, term.toLowerCase()])];
  const ranges = (column: Prisma.Sql) =>
    Prisma.join(
      prefixes.map((prefix) => Prisma.sql`(${column} >= ${prefix} and ${column} < ${prefix + LAST})`),
      " or ",
    );
  const found = await db().$queryRaw<{ id: string }[]>`
    (select id from customers where ${ranges(Prisma.sql`email`)} order by email limit ${MOST_FOUND})
    union
    (select c.id from users u join customers c on c.user_id = u.id where ${ranges(Prisma.sql`u.email`)}
      order by u.email limit ${MOST_FOUND})`;
  return found.map(({ id }) => id);
}

/** A customer with what there is of them: subscriptions, the newest invoices, and the user who owns them. */
export async function readCustomer(id: string) {
  const [customer, subscriptions, invoices] = await Promise.all([
    db().customer.findUnique({ where: { id }, include: { user: { select: { id: true, email: true } } } }),
    db().subscription.findMany({
      where: { customerId: id },
      orderBy: [{ startedAt: "desc" }, { id: "asc" }],
      take: 50,
      include: { items: { orderBy: { position: "asc" } } },
    }),
    db().invoice.findMany({
      where: { customerId: id },
      orderBy: [{ createdAt: "desc" }, { id: "desc" }],
      take: 24,
    }),
  ]);
  const isKnown = customer !== null || subscriptions.length > 0 || invoices.length > 0;
  return isKnown ? { customer, subscriptions, invoices } : null;
}
