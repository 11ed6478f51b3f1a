import type { MetadataRoute } from "next";

/** Search engines see what is for everybody. */
export default function robots(): MetadataRoute.Robots {
  return { rules: { userAgent: "*", allow: "/", disallow: ["/api/", "/dashboard"] } };
}
