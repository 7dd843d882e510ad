/**
 * The Telegram accounts that the product reads with: where their sessions are, and how a person signs them in and out.
 *
 * <p>Uses: configuration, embedded, events, routefiles, tdlib.
 */
package routes.telegram;
