/**
 * Spans of OpenTelemetry for the entries of streams. One trace goes with a post from its source to the index.
 *
 * <p>Uses: events.
 */
package routes.tracing;
