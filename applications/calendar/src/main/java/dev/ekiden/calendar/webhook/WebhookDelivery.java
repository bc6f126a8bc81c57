package dev.ekiden.calendar.webhook;

/**
 * Payload of {@value Webhooks#DELIVER}: one event for one webhook.
 *
 * @param event names the event; the same for all its deliveries
 * @param type as in {@link EventType#text}
 * @param body the JSON to send
 */
public record WebhookDelivery(long webhookId, String event, String type, String body) {}
