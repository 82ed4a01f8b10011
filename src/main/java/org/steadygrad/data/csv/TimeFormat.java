package org.steadygrad.data.csv;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.steadygrad.check.InvalidInputException;

/** How a column writes dates and times. Zones are passed over: what is read is the time as it stands there. */
sealed interface TimeFormat {
    /** @return empty when the cell isn't written so, or names a day or hour that doesn't exist */
    Optional<LocalDateTime> parse(String content);

    /** In words. */
    String words();

    /** Orders of year, month and day that are noticed. */
    enum Usual implements TimeFormat {
        YEAR_FIRST("(?<y>\\d{4})([-/.])(?<m>\\d{1,2})\\2(?<d>\\d{1,2})", "year first"),
        DAY_FIRST("(?<d>\\d{1,2})([-/.])(?<m>\\d{1,2})\\2(?<y>\\d{4})", "day first"),
        MONTH_FIRST("(?<m>\\d{1,2})([-/])(?<d>\\d{1,2})\\2(?<y>\\d{4})", "month first"),
        YEAR_AND_MONTH("(?<y>\\d{4})-(?<m>\\d{2})(?<d>)", "year and month");

        private static final String TIME = "([T ]+(?<h>\\d{1,2}):(?<min>\\d{2})(:(?<s>\\d{2})([.,]\\d+)?)?"
                + "( ?(?<half>[AaPp])\\.?[Mm]\\.?)?( ?(Z|UTC|[+-]\\d{2}:?(\\d{2})?))?)?";

        private final Pattern pattern;
        private final String words;

        Usual(String date, String words) {
            pattern = Pattern.compile(date + TIME);
            this.words = words;
        }

        @Override
        public String words() {
            return words;
        }

        @Override
        public Optional<LocalDateTime> parse(String content) {
            Matcher found = pattern.matcher(content);
            if (!found.matches()) {
                return Optional.empty();
            }
            try {
                return Optional.of(LocalDateTime.of(
                        number(found, "y", 1),
                        number(found, "m", 1),
                        number(found, "d", 1),
                        hour(found),
                        number(found, "min", 0),
                        number(found, "s", 0)));
            } catch (DateTimeException e) {
                return Optional.empty();
            }
        }

        private static int number(Matcher found, String group, int absent) {
            String text = found.group(group);
            return text == null || text.isEmpty() ? absent : Integer.parseInt(text);
        }

        private static int hour(Matcher found) {
            int hour = number(found, "h", 0);
            String half = found.group("half");
            if (half == null) {
                return hour;
            }
            return hour % 12 + (half.equalsIgnoreCase("p") ? 12 : 0);
        }
    }

    /** One that the run file names. */
    record Named(String pattern, DateTimeFormatter formatter) implements TimeFormat {
        /** @throws InvalidInputException if it is no pattern of {@link DateTimeFormatter} */
        static Named of(String pattern) {
            try {
                DateTimeFormatter formatter = new DateTimeFormatterBuilder()
                        .parseCaseInsensitive()
                        .appendPattern(pattern)
                        .parseDefaulting(ChronoField.MONTH_OF_YEAR, 1)
                        .parseDefaulting(ChronoField.DAY_OF_MONTH, 1)
                        .parseDefaulting(ChronoField.HOUR_OF_DAY, 0)
                        .parseDefaulting(ChronoField.MINUTE_OF_HOUR, 0)
                        .toFormatter(Locale.ENGLISH);
                return new Named(pattern, formatter);
            } catch (IllegalArgumentException e) {
                throw new InvalidInputException(
                        "data.timeFormat: expected a pattern such as \"dd.MM.uuuu HH:mm\", got \"" + pattern + "\": "
                                + e.getMessage() + ".",
                        e);
            }
        }

        @Override
        public Optional<LocalDateTime> parse(String content) {
            try {
                return Optional.of(LocalDateTime.parse(content, formatter));
            } catch (DateTimeException e) {
                return Optional.empty();
            }
        }

        @Override
        public String words() {
            return pattern;
        }
    }

    static boolean looksLikeTime(String content) {
        for (Usual format : Usual.values()) {
            if (format.parse(content).isPresent()) {
                return true;
            }
        }
        return false;
    }

    /** The formats in which every cell so far could be written. */
    final class Guess {
        private final Set<Usual> possible = EnumSet.allOf(Usual.class);
        private boolean any;

        void add(String content) {
            any = true;
            possible.removeIf(format -> format.parse(content).isEmpty());
        }

        /** Empty when there is none, or no cell. */
        Set<Usual> formats() {
            return any ? Set.copyOf(possible) : Set.of();
        }
    }
}
