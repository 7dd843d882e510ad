/**
 * Live channels: reads their history and follows their changes through the Telegram accounts.
 *
 * <p>Uses: configuration, events, ingest, ingest.export, posts, tdlib, telegram.
 */
package routes.ingest.live;
