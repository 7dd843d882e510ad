/**
 * The Telegram accounts that the product reads with: their sessions, sign-in and sign-out.
 *
 * <p>Uses: configuration, embedded, events, routefiles, tdlib.
 */
package routes.telegram;
