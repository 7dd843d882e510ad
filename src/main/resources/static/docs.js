// validatorUrl: the badge would send the document's address to a server elsewhere
SwaggerUIBundle({url: "openapi.yaml", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null});
