/** Any object of Stripe's API, as it is on the wire. */
export type GivenObject = { id: string; object: string };

/** The objects that a test gave, which are answered as they are: in any shape, of any time, contradicting each other. */
export class GivenObjects {
  #objects = new Map<string, GivenObject>();

  put(object: GivenObject): void {
    this.#objects.set(`${object.object} ${object.id}`, object);
  }

  remove(type: string, id: string): void {
    this.#objects.delete(`${type} ${id}`);
  }

  /** The object behind `GET /v1/subscriptions/sub_1`. */
  behind(method: string, path: string): GivenObject | undefined {
    const [, plural = "", id = ""] = /^\/v1\/(\w+)\/([^/]+)$/.exec(path) ?? [];
    return method === "GET"
      ? this.#objects.get(`${plural.replace(/s$/, "")} ${decodeURIComponent(id)}`)
      : undefined;
  }
}

/** The objects in the JSON of `PUT /_local/objects`: one, or an array of them. Undefined if it is neither. */
export function givenObjects(json: string): GivenObject[] | undefined {
  try {
    const parsed: unknown = JSON.parse(json);
    const list: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
    return list.every(isGiven) ? list : undefined;
  } catch {
    return undefined;
  }
}

function isGiven(value: unknown): value is GivenObject {
  if (typeof value !== "object" || value === null) return false;
  return (
    "id" in value && typeof value.id === "string" && "object" in value && typeof value.object === "string"
  );
}
