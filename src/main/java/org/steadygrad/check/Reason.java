package org.steadygrad.check;

import java.io.EOFException;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Why a library refused something, in words for users: its exceptions speak to programmers, in names of classes. */
public final class Reason {
    private static final String MISSING = "something that has to be there is missing";
    private static final String TOO_SHORT = "it ends too early";
    private static final Pattern ONLY_A_NAME = Pattern.compile("\\w*(?:Exception|Error)");

    private static final Pattern CLASS =
            Pattern.compile("`?\\b(?:[a-z][a-z0-9_]*\\.)+([A-Z]\\w*)(?:[$<][\\w$.<>,]*)?`?");

    /** What libraries add for programmers. */
    private static final List<Pattern> ASIDES = List.of(
            Pattern.compile("`"),
            Pattern.compile("^(?:\\w+(?:Exception|Error): )+"),
            Pattern.compile(" \\((?:but could|for Object|class )[^)]*\\)+"),
            Pattern.compile("\\s*\\(?(?:at|through reference chain:) \\[?(?:Source|UNKNOWN).*"),
            Pattern.compile("\\s+$"));

    private static final Map<String, String> TYPES = Map.ofEntries(
            Map.entry("Long", "whole number"),
            Map.entry("Integer", "whole number"),
            Map.entry("Short", "whole number"),
            Map.entry("Byte", "whole number"),
            Map.entry("Double", "number"),
            Map.entry("Float", "number"),
            Map.entry("Boolean", "true or false"),
            Map.entry("String", "text"),
            Map.entry("List", "list"),
            Map.entry("ArrayList", "list"),
            Map.entry("Map", "object"),
            Map.entry("LinkedHashMap", "object"));

    private Reason() {}

    /** On one line, without an end; its first line, where a library says more. */
    public static String of(Throwable failure) {
        String message = failure.getMessage();
        Throwable cause = failure.getCause();
        if (failure instanceof EOFException || cause instanceof EOFException) {
            return TOO_SHORT;
        }
        if (failure instanceof NullPointerException || cause instanceof NullPointerException) {
            return MISSING;
        }
        if (message == null || message.isBlank()) {
            return cause == null ? MISSING : of(cause);
        }
        StringBuilder words = new StringBuilder();
        Matcher names = CLASS.matcher(message.lines().findFirst().orElse(""));
        while (names.find()) {
            names.appendReplacement(
                    words, Matcher.quoteReplacement(TYPES.getOrDefault(names.group(1), names.group(1))));
        }
        String reason = names.appendTail(words).toString();
        for (Pattern aside : ASIDES) {
            reason = aside.matcher(reason).replaceAll("");
        }
        return reason.isBlank() || ONLY_A_NAME.matcher(reason).matches() ? MISSING : Shown.value(reason);
    }
}
