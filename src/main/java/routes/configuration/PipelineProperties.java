package routes.configuration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param routes stages that this process runs, separated by commas; empty: all
 */
@ConfigurationProperties("pipeline")
public record PipelineProperties(@DefaultValue("") String routes) {}
