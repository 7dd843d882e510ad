package routes.api;

import routes.tdlib.standin.TelegramStandIn;

/** Telegram accounts that wait for what an operation of the document gives; its examples are right. */
final class WaitingAccounts {
    private static final String PHONE = "+79991234567";
    private static final String WITH_EMAIL = "+79991234568";

    private final ApiClient client;
    private int count;

    WaitingAccounts(RunningApi api) {
        client = api.client();
        api.bean(TelegramStandIn.class)
                .user(PHONE, "12345", "correct horse", "Anna")
                .user(WITH_EMAIL, "12345", "", "Boris")
                .email(WITH_EMAIL, "123456");
    }

    /** @return the name of an account of its own */
    String waitingFor(String operation) {
        String name = "waiting-" + ++count;
        switch (operation) {
            case "enterTelegramCode", "resendTelegramCode", "readTelegramAccount", "signOutOfTelegram" ->
                start(name, PHONE);
            case "enterTelegramPassword" -> {
                start(name, PHONE);
                client.post("/telegram/accounts/" + name + "/code", "{\"code\": \"12345\"}");
            }
            case "enterTelegramEmail" -> start(name, WITH_EMAIL);
            case "readTelegramQrCode" -> client.post("/telegram/accounts", "{\"name\": \"" + name + "\"}");
            default -> {}
        }
        return name;
    }

    private void start(String name, String phone) {
        client.post("/telegram/accounts", "{\"name\": \"" + name + "\", \"phone_number\": \"" + phone + "\"}");
    }
}
