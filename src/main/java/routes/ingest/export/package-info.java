/**
 * Reads exports of Telegram Desktop.
 *
 * <p>Uses: events, ingest, posts.
 */
package routes.ingest.export;
