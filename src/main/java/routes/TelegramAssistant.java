package routes;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class TelegramAssistant {
    public static void main(String[] args) {
        SpringApplication.run(TelegramAssistant.class, args);
    }
}
