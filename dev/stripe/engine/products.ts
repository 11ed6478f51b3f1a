import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { previousAttributes } from "../events.ts";
import { ApiError } from "../http/errors.ts";
import { mergeMetadata } from "../http/params.ts";

type Product = Stripe.Product;

/** What may be said of a product from the beginning. Named as Stripe's parameters are. */
export type ProductDraft = {
  name: string;
  active?: boolean | undefined;
  description?: string | null | undefined;
  id?: string | undefined;
  images?: string[] | null | undefined;
  marketing_features?: Stripe.Product.MarketingFeature[] | null | undefined;
  metadata?: Record<string, string> | null | undefined;
  package_dimensions?: Stripe.Product.PackageDimensions | null | undefined;
  shippable?: boolean | undefined;
  statement_descriptor?: string | undefined;
  tax_code?: string | null | undefined;
  type?: "good" | "service" | undefined;
  unit_label?: string | null | undefined;
  url?: string | null | undefined;
};

/**
 * Adds a product: `product.created`.
 * @throws ApiError for an id that there is already
 */
export function createProduct(account: Account, draft: ProductDraft): Product {
  if (draft.id !== undefined && account.store.get("product", draft.id)) {
    throw ApiError.invalid("Product already exists.", { param: "id", code: "resource_already_exists" });
  }
  const now = account.now();
  return account.create(
    "product",
    {
      id: draft.id ?? account.newId("product"),
      object: "product",
      active: draft.active ?? true,
      created: now,
      default_price: null,
      description: draft.description ?? null,
      images: draft.images ?? [],
      livemode: false,
      marketing_features: draft.marketing_features ?? [],
      metadata: mergeMetadata({}, draft.metadata),
      name: draft.name,
      package_dimensions: draft.package_dimensions ?? null,
      shippable: draft.shippable ?? null,
      statement_descriptor: draft.statement_descriptor ?? null,
      tax_code: draft.tax_code ?? null,
      tax_details: null,
      type: draft.type ?? "service",
      unit_label: draft.unit_label ?? null,
      updated: now,
      url: draft.url ?? null,
    },
    "product.created",
  );
}

/** Changes a product: `product.updated`, with the moment of the change. */
export function changeProduct(account: Account, before: Product, changes: Partial<Product>): Product {
  const isSame = Object.keys(previousAttributes(before, { ...before, ...changes })).length === 0;
  if (isSame) return before;
  return account.change("product", before, { ...changes, updated: account.now() }, "product.updated");
}
