package org.steadygrad.data.series.arff;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.series.arff.ArffTokens.Token;

/**
 * What an ARFF header says of a column.
 *
 * @param labels of a nominal attribute, in their order; else empty
 */
record ArffAttribute(String name, Kind kind, List<String> labels) {
    enum Kind {
        NUMERIC,
        NOMINAL,
        STRING,
        DATE,
        RELATIONAL
    }

    /** @param tokens those that follow {@code @attribute} */
    static ArffAttribute of(List<Token> tokens, String place) {
        if (tokens.size() < 2) {
            throw InvalidInputException.of(
                    place, "the name of an attribute and its type", tokens.size() + " words", "");
        }
        String name = tokens.get(0).text();
        Token type = tokens.get(1);
        if (type.is("{")) {
            int end = tokens.size() - 1;
            if (!tokens.get(end).is("}")) {
                throw InvalidInputException.of(
                        place,
                        "a closing brace behind the labels",
                        tokens.get(end).text(),
                        "");
            }
            return new ArffAttribute(
                    name,
                    Kind.NOMINAL,
                    tokens.subList(2, end).stream().map(Token::text).toList());
        }
        Kind kind =
                switch (type.text().toLowerCase(Locale.ROOT)) {
                    case "numeric", "real", "integer" -> Kind.NUMERIC;
                    case "string" -> Kind.STRING;
                    case "date" -> Kind.DATE;
                    case "relational" -> Kind.RELATIONAL;
                    default ->
                        throw InvalidInputException.of(
                                place,
                                "the type numeric, real, integer, string, date, relational or labels in braces",
                                type.text(),
                                "");
                };
        return new ArffAttribute(name, kind, List.of());
    }

    /** What a row that is written sparsely has where it says nothing; empty where that is no label. */
    Optional<Token> absent() {
        return switch (kind) {
            case NUMERIC -> Optional.of(new Token("0", false));
            case NOMINAL -> labels.stream().findFirst().map(label -> new Token(label, true));
            case STRING, DATE, RELATIONAL -> Optional.empty();
        };
    }
}
