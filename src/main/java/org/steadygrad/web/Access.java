package org.steadygrad.web;

import com.sun.net.httpserver.HttpExchange;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.steadygrad.check.InvalidInputException;

/**
 * Who may use a server. On the loopback interface a request must name it as its host: a page of somebody else, whose name was made to
 * point here (DNS rebinding), would name its own. Where there is a token, the request must have it, as {@code ?token=} or as
 * {@code Authorization: Bearer}.
 */
public final class Access {
    private static final int SHORTEST_TOKEN = 16;
    private static final int TOKEN_BYTES = 16;
    private static final Pattern LOOPBACK = Pattern.compile("(localhost|127\\.0\\.0\\.1|\\[::1])(:\\d{1,5})?");
    private static final String BEARER = "Bearer ";
    private static final String TOKEN_PARAMETER = "token=";

    private final Service service;
    private final boolean loopback;
    private final Optional<String> token;

    /**
     * What is served, in words.
     *
     * @param who names it in errors
     * @param thing begins sentences, for example "The page"
     * @param methods of HTTP that it answers
     */
    public record Service(String who, String thing, Set<String> methods) {}

    private Access(Service service, boolean loopback, Optional<String> token) {
        this.service = service;
        this.loopback = loopback;
        this.token = token;
    }

    /**
     * @param loopback whether the server listens there
     * @param token what must be known; empty for nothing, which only the loopback interface allows
     */
    public static Access of(Service service, boolean loopback, Optional<String> token) {
        if (token.isPresent() && !token.get().matches("[A-Za-z0-9._~-]{" + SHORTEST_TOKEN + ",}")) {
            throw InvalidInputException.of(
                    service.who(),
                    "a token of at least " + SHORTEST_TOKEN + " letters, digits and . _ ~ -",
                    "another one",
                    "Leave it out to have one made.");
        }
        if (token.isEmpty() && !loopback) {
            throw InvalidInputException.of(service.who(), "a token for an address that others reach", null, "");
        }
        return new Access(service, loopback, token);
    }

    /** A token that can't be guessed. */
    public static String newToken() {
        byte[] random = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(random);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    /** What makes a URL one that may be used: "?token=..." or nothing. */
    public String query() {
        return token.map(secret -> "?" + TOKEN_PARAMETER + secret).orElse("");
    }

    /** HTTP status that a request is refused with; empty when it may go on. */
    public Optional<Refusal> refusal(HttpExchange request) {
        if (!service.methods().contains(request.getRequestMethod())) {
            String reason = service.methods().equals(Set.of("GET")) ? " can only be read." : " is not used so.";
            return Optional.of(new Refusal(405, service.thing() + reason));
        }
        String host = request.getRequestHeaders().getFirst("Host");
        if (loopback && (host == null || !LOOPBACK.matcher(host).matches())) {
            return Optional.of(new Refusal(403, service.thing() + " is only served to this machine, as localhost."));
        }
        if (token.isPresent() && !knows(request, token.get())) {
            return Optional.of(new Refusal(
                    401,
                    service.thing()
                            + " needs the token that was printed: add ?token=..., or a header Authorization:"
                            + " Bearer ..."));
        }
        return Optional.empty();
    }

    /** @param status of HTTP @param reason in words */
    public record Refusal(int status, String reason) {}

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
