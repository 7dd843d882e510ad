package routes.reconcile;

import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** @param after how often stuck posts with nothing under way are published again, and after how long without a change */
@ConfigurationProperties("reconcile")
public record ReconcileProperties(@DefaultValue("10m") @DurationMin(seconds = 1) Duration after) {}
