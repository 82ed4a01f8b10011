package org.steadygrad.data.csv;

import java.time.Duration;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * When forecasts are for: as the file says where it has that row, and beyond its end (or that of a sequence) by going on as its last rows
 * do, if these are evenly apart, in months or in seconds. Nothing is made up of rows that aren't.
 */
final class ForecastTimes {
    private static final DateTimeFormatter MINUTES = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm");

    private final TimeFormat format;

    /** @param format how cells are written */
    ForecastTimes(TimeFormat format) {
        this.format = format;
    }

    /**
     * The time of a row that comes later, in ISO's form; no finer than the file's own.
     *
     * @param cells times of the rows up to now and of those that follow, as the file has them
     * @param row number of a row among them
     * @param ahead how many rows later
     * @return empty where it can't be told
     */
    String at(List<String> cells, int row, int ahead) {
        int wanted = row + ahead;
        if (wanted < cells.size()) {
            return format.parse(cells.get(wanted))
                    .map(time -> text(time, cells.get(wanted)))
                    .orElse("");
        }
        int last = cells.size() - 1;
        return last < 2
                ? ""
                : later(cells.get(last - 2), cells.get(last - 1), cells.get(last), wanted - last)
                        .map(time -> text(time, cells.get(last)))
                        .orElse("");
    }

    private Optional<LocalDateTime> later(String first, String second, String third, int rows) {
        Optional<LocalDateTime> a = format.parse(first);
        Optional<LocalDateTime> b = format.parse(second);
        Optional<LocalDateTime> c = format.parse(third);
        if (a.isEmpty() || b.isEmpty() || c.isEmpty()) {
            return Optional.empty();
        }
        long months = months(b.get(), c.get());
        if (months > 0 && months == months(a.get(), b.get())) {
            LocalDateTime then = c.get().plusMonths(months * rows);
            // a series of months' ends goes on at months' ends
            return Optional.of(
                    endsMonth(b.get()) && endsMonth(c.get())
                            ? then.withDayOfMonth(YearMonth.from(then).lengthOfMonth())
                            : then);
        }
        Duration step = Duration.between(b.get(), c.get());
        boolean even = step.equals(Duration.between(a.get(), b.get())) && !step.isNegative() && !step.isZero();
        return even ? Optional.of(c.get().plus(step.multipliedBy(rows))) : Optional.empty();
    }

    /** Whole months between two times; 0 where they are none. */
    private static long months(LocalDateTime from, LocalDateTime to) {
        long months = ChronoUnit.MONTHS.between(YearMonth.from(from), YearMonth.from(to));
        boolean sameDay = from.getDayOfMonth() == to.getDayOfMonth() || (endsMonth(from) && endsMonth(to));
        return sameDay && from.toLocalTime().equals(to.toLocalTime()) ? months : 0;
    }

    private static boolean endsMonth(LocalDateTime time) {
        return time.getDayOfMonth() == YearMonth.from(time).lengthOfMonth();
    }

    /** @param like a cell of the file */
    private static String text(LocalDateTime time, String like) {
        if (like.matches("\\d{4}-\\d{2}")) {
            return YearMonth.from(time).toString();
        }
        if (like.indexOf(':') < 0 && time.toLocalTime().toSecondOfDay() == 0) {
            return time.toLocalDate().toString();
        }
        return time.getSecond() == 0 ? MINUTES.format(time) : DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(time);
    }
}
