/**
 * Parses pages of the public preview of channels, {@code t.me/s/<name>}, and brings their posts into the form of TDLib.
 *
 * <p>Uses: no other package.
 */
package routes.ingest.preview;
