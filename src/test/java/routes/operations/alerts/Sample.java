package routes.operations.alerts;

/** The value of a series at some time. */
public record Sample(Labels labels, double value) {}
