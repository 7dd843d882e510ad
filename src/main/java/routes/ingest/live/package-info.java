/**
 * Live channels: reads their history and follows their changes, through the Telegram accounts or from their public previews.
 *
 * <p>Uses: configuration, events, ingest, ingest.export, ingest.preview, posts, tdlib, telegram, web.
 */
package routes.ingest.live;
