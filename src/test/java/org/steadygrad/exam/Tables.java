package org.steadygrad.exam;

import java.util.Locale;
import java.util.stream.Collectors;

/** Data of cases, as rows of CSV files. */
final class Tables {
    private final StringBuilder text;

    private Tables(String columns) {
        text = new StringBuilder("id," + columns + "\n");
    }

    private void add(int sequence, double... values) {
        text.append(sequence);
        for (double value : values) {
            text.append(',').append(String.format(Locale.ROOT, "%.5g", value));
        }
        text.append('\n');
    }

    private String text() {
        return text.toString();
    }

    /** What numbers of a row are made into. */
    interface Target {
        double of(double a, double b, double c, Draw draw);
    }

    /** Rows of three standard normal features. @param scale of the features, by column */
    static String rows(Draw draw, int count, double[] scale, double[] shift, Target target) {
        Tables table = new Tables("a,b,c,y");
        for (int i = 0; i < count; i++) {
            double a = draw.normal();
            double b = draw.normal();
            double c = draw.normal();
            double y = target.of(a, b, c, draw);
            table.add(i, a * scale[0] + shift[0], b * scale[1] + shift[1], c * scale[2] + shift[2], y);
        }
        return table.text();
    }

    static String rows(Draw draw, int count, Target target) {
        return rows(draw, count, new double[] {1, 1, 1}, new double[3], target);
    }

    /** A column that holds the target, before the others. */
    static String leaking(Draw draw, int count, double factor, Target target) {
        Tables table = new Tables("z,a,b,c,y");
        for (int i = 0; i < count; i++) {
            double a = draw.normal();
            double b = draw.normal();
            double c = draw.normal();
            double y = target.of(a, b, c, draw);
            table.add(i, y * factor, a, b, c, y);
        }
        return table.text();
    }

    /** Two classes that a line doesn't part; a share of them are in a ring within the other. */
    static String ring(Draw draw, int count, double share) {
        Tables table = new Tables("a,b,y");
        for (int i = 0; i < count; i++) {
            boolean inner = draw.uniform(0, 1) < share;
            double radius = inner ? 0.3 : draw.uniform(0.8, 2);
            double angle = draw.uniform(0, 2 * Math.PI);
            table.add(i, radius * Math.cos(angle), radius * Math.sin(angle), inner ? 1 : 0);
        }
        return table.text();
    }

    /** Sequences with a class of each. @param at step whose sign, with the two after it, decides */
    static String signs(Draw draw, int count, int length, int at, int pad) {
        Tables table = new Tables("x,y");
        for (int i = 0; i < count; i++) {
            double[] x = new double[length];
            for (int t = 0; t < length; t++) {
                x[t] = draw.normal();
            }
            double sum = 0;
            for (int t = at; t < Math.min(length, at + 3); t++) {
                sum += x[t];
            }
            int own = pad > 0 ? length : 0;
            for (int t = 0; t < length; t++) {
                table.add(i, x[t], sum > 0 ? 1 : 0);
            }
            for (int t = 0; own > 0 && t < pad; t++) {
                table.add(i, 0, sum > 0 ? 1 : 0);
            }
        }
        return table.text();
    }

    /** {@link #signs} without its rows of zeros. */
    static String withoutPadding(String signs) {
        String zero = String.format(Locale.ROOT, ",%.5g,", 0.0);
        return signs.lines().filter(line -> !line.contains(zero)).collect(Collectors.joining("\n", "", "\n"));
    }

    /** Sequences whose mean decides. */
    static String means(Draw draw, int count, int shortest, int longest) {
        Tables table = new Tables("x,y");
        for (int i = 0; i < count; i++) {
            int length = draw.between(shortest, longest);
            double shift = draw.maybe() ? 0.6 : -0.6;
            for (int t = 0; t < length; t++) {
                table.add(i, shift + draw.normal(), shift > 0 ? 1 : 0);
            }
        }
        return table.text();
    }

    /** Noisy waves. @param longest of one sequence in three; the others are short */
    static String waves(Draw draw, int count, int shortest, int longest, double noise) {
        Tables table = new Tables("v");
        for (int i = 0; i < count; i++) {
            double phase = draw.uniform(0, 6);
            double speed = draw.uniform(0.2, 0.6);
            int length = draw.between(0, 2) == 0 ? longest : shortest;
            for (int t = 0; t < length; t++) {
                table.add(i, Math.sin(phase + speed * t) + noise * draw.normal());
            }
        }
        return table.text();
    }

    /** At every step the sign of so many steps before. */
    static String echo(Draw draw, int count, int length, int lag) {
        Tables table = new Tables("x,y");
        for (int i = 0; i < count; i++) {
            double[] x = new double[length + 1];
            for (int t = 0; t <= length; t++) {
                x[t] = draw.maybe() ? 1 : -1;
            }
            // a forecast of the next y: at step t the input of lag steps before the next one
            for (int t = 0; t <= length; t++) {
                table.add(i, x[t], t >= lag ? x[t - lag] : 0);
            }
        }
        return table.text();
    }

    /** The first input of each sequence is asked for at its end. */
    static String firstStep(Draw draw, int count, int length) {
        Tables table = new Tables("x,y");
        for (int i = 0; i < count; i++) {
            double first = draw.maybe() ? 1 : -1;
            for (int t = 0; t <= length; t++) {
                table.add(i, t == 0 ? first : 0.5 * draw.normal(), t > length - 5 ? first : 0);
            }
        }
        return table.text();
    }

    /** A single cell is beyond all bounds. */
    static String withCell(Draw draw, int count, double value, Target target) {
        Tables table = new Tables("a,b,c,y");
        for (int i = 0; i < count; i++) {
            double a = draw.normal();
            double b = draw.normal();
            double c = draw.normal();
            double y = target.of(a, b, c, draw);
            table.add(i, i % 40 == 3 ? value : a, b, c, y);
        }
        return table.text();
    }

    /** Features that vary, and one that doesn't. */
    static String constant(Draw draw, int count, double value, Target target) {
        Tables table = new Tables("a,b,c,y");
        for (int i = 0; i < count; i++) {
            double a = draw.normal();
            double b = draw.normal();
            table.add(i, a, value, b, target.of(a, b, 0, draw));
        }
        return table.text();
    }

    /** Many features of which one or two count. */
    static String wide(Draw draw, int count, int features) {
        StringBuilder names = new StringBuilder();
        for (int i = 0; i < features; i++) {
            names.append("f").append(i).append(',');
        }
        Tables table = new Tables(names + "y");
        for (int i = 0; i < count; i++) {
            double[] row = new double[features + 1];
            for (int f = 0; f < features; f++) {
                row[f] = draw.normal();
            }
            row[features] = row[0] - row[1] > 0 ? 1 : 0;
            table.add(i, row);
        }
        return table.text();
    }
}
