package org.steadygrad.live;

import com.sun.net.httpserver.HttpExchange;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;
import org.steadygrad.check.InvalidInputException;

/**
 * Who may see the page. On the loopback interface a request must name it as its host: a page of somebody else, whose name was made to
 * point here (DNS rebinding), would name its own. Where there is a token, the request must have it, as {@code ?token=} or as
 * {@code Authorization: Bearer}.
 */
final class Access {
    private static final int SHORTEST_TOKEN = 16;
    private static final int TOKEN_BYTES = 16;
    private static final Pattern LOOPBACK = Pattern.compile("(localhost|127\\.0\\.0\\.1|\\[::1])(:\\d{1,5})?");
    private static final String BEARER = "Bearer ";
    private static final String TOKEN_PARAMETER = "token=";

    private final boolean loopback;
    private final Optional<String> token;

    private Access(boolean loopback, Optional<String> token) {
        this.loopback = loopback;
        this.token = token;
    }

    /**
     * @param loopback whether the server listens there
     * @param token what must be known; empty for nothing, which only the loopback interface allows
     */
    static Access of(boolean loopback, Optional<String> token) {
        if (token.isPresent() && !token.get().matches("[A-Za-z0-9._~-]{" + SHORTEST_TOKEN + ",}")) {
            throw InvalidInputException.of(
                    "live page",
                    "a token of at least " + SHORTEST_TOKEN + " letters, digits and . _ ~ -",
                    "another one",
                    "Leave it out to have one made.");
        }
        if (token.isEmpty() && !loopback) {
            throw InvalidInputException.of("live page", "a token for an address that others reach", null, "");
        }
        return new Access(loopback, token);
    }

    /** A token that can't be guessed. */
    static String newToken() {
        byte[] random = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(random);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    /** What makes a URL one that may see the page: "?token=..." or nothing. */
    String query() {
        return token.map(secret -> "?" + TOKEN_PARAMETER + secret).orElse("");
    }

    /** HTTP status that a request is refused with; empty when it may go on. */
    Optional<Refusal> refusal(HttpExchange request) {
        if (!request.getRequestMethod().equals("GET")) {
            return Optional.of(new Refusal(405, "The page can only be read."));
        }
        String host = request.getRequestHeaders().getFirst("Host");
        if (loopback && (host == null || !LOOPBACK.matcher(host).matches())) {
            return Optional.of(new Refusal(403, "The page is only served to this machine, as localhost."));
        }
        if (token.isPresent() && !knows(request, token.get())) {
            return Optional.of(new Refusal(401, "The page needs the token that the run has printed: add ?token=..."));
        }
        return Optional.empty();
    }

    /** @param status of HTTP @param reason in words */
    record Refusal(int status, String reason) {}

    private static boolean knows(HttpExchange request, String secret) {
        String header = request.getRequestHeaders().getFirst("Authorization");
        if (header != null && header.startsWith(BEARER)) {
            return same(header.substring(BEARER.length()), secret);
        }
        String query = request.getRequestURI().getRawQuery();
        for (String parameter : query == null ? new String[0] : query.split("&")) {
            if (parameter.startsWith(TOKEN_PARAMETER)) {
                return same(parameter.substring(TOKEN_PARAMETER.length()), secret);
            }
        }
        return false;
    }

    /** In a time that doesn't depend on where they differ. */
    private static boolean same(String given, String secret) {
        return MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), secret.getBytes(StandardCharsets.UTF_8));
    }
}
