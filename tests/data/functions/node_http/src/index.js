"use strict";

// Greets whoever calls, behind a REST API.
exports.handler = async (event) => ({
  statusCode: event.httpMethod === "GET" ? 200 : 405,
  body: JSON.stringify({ hello: event.pathParameters?.proxy ?? "root", from: event.requestContext.identity.sourceIp }),
});
