// Shows the service's own OpenAPI document. Nothing is fetched from anywhere else: no validator badge, no fonts.

// The page requires Trusted Types, and Swagger UI puts descriptions into it as strings of HTML. Here they become
// elements: paragraphs, with code between backticks. That is all the Markdown that the document uses.
const PlainMarkdown = ({ React: { createElement } }) => ({
  wrapComponents: {
    Markdown: () => ({ source }) => {
      const words = (text) => text.split("`").map((part, place) => (place % 2 ? createElement("code", { key: place }, part) : part));
      const paragraphs = String(source ?? "").trim().split(/\n{2,}/).filter(Boolean);
      return createElement(
        "div",
        { className: "markdown" },
        paragraphs.map((text, place) => createElement("p", { key: place }, words(text))),
      );
    },
  },
});

window.ui = SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
  persistAuthorization: false,
  tryItOutEnabled: true,
  presets: [SwaggerUIBundle.presets.apis],
  plugins: [PlainMarkdown],
  layout: "BaseLayout",
});
