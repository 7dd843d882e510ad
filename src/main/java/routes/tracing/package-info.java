/**
 * OpenTelemetry spans for the entries of streams. One trace follows a post from its source to the index.
 *
 * <p>Uses: events.
 */
package routes.tracing;
