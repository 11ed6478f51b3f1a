/** In place of the page for what is not there: machines cannot read it, and under /api it would come without a policy. */
const nothing = () => Response.json({ error: "There is nothing here." }, { status: 404 });

export {
  nothing as DELETE,
  nothing as GET,
  nothing as HEAD,
  nothing as OPTIONS,
  nothing as PATCH,
  nothing as POST,
  nothing as PUT,
};
