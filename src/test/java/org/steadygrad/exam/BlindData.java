package org.steadygrad.exam;

import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;

/** The files of {@link BlindCases} that have one, always the same. */
final class BlindData {
    private static final Map<String, Function<Random, String>> ALL = Map.ofEntries(
            Map.entry("momentum-too-fast-tagger", r -> sums(r, 240, 20, 1)),
            Map.entry("adagrad-crawls", r -> flat(r, 900, (x, n) -> 0.7 * x[0] - x[1] * x[2] + 0.1 * n.nextGaussian())),
            Map.entry("funnel-of-sigmoids", r -> flat(r, 1200, (x, n) -> x[0] + x[1] - x[2] > 0 ? 1 : 0)),
            Map.entry("chaotic-recurrence", r -> beats(r, 120, 60, 0.02)),
            Map.entry("pascals", BlindData::weather),
            Map.entry("recall-a-number", r -> recall(r, 500, 50)),
            Map.entry(
                    "ridge-too-high",
                    r -> flat(r, 1000, (x, n) -> (x[0] > 0 ? 2 : 0) + (x[1] + 0.3 * x[3] > 0 ? 1 : 0))),
            Map.entry("blindfold", r -> means(r, 300, 18, 18, 0.5)),
            Map.entry("learns-by-heart", r -> means(r, 80, 14, 14, 0.12)),
            Map.entry("window-of-four", r -> late(r, 120, 64, 12)),
            Map.entry("h-rare-tags", r -> peaks(r, 200, 40)),
            Map.entry("h-laplace", r -> flat(r, 1100, (x, n) -> x[0] - 0.5 * x[3] + laplace(n))),
            Map.entry("h-letters", BlindData::letters),
            Map.entry("h-few-keys", BlindData::chords),
            Map.entry("h-rare-events", r -> flat(r, 3000, (x, n) -> n.nextDouble() < odds(x[0] + x[1]) ? 1 : 0)),
            Map.entry("h-two-targets", BlindData::twoTargets),
            Map.entry("h-quantile-clip", r -> beats(r, 100, 50, 0.1)),
            Map.entry("h-half-dropped", r -> means(r, 400, 6, 30, 0.5)));

    private BlindData() {}

    /** The text of a case's file; empty where its data is built in. */
    static String of(String name) {
        return ALL.containsKey(name) ? ALL.get(name).apply(new Random(name.hashCode())) : "";
    }

    private interface Target {
        double of(double[] inputs, Random noise);
    }

    private static double laplace(Random r) {
        return (r.nextBoolean() ? 1 : -1) * -Math.log(1 - r.nextDouble());
    }

    /** From 0 to a half, 0.04 on average over normal numbers of variance 2. */
    private static double odds(double x) {
        return 0.5 / (1 + Math.exp(3.6 - 1.3 * x));
    }

    private static void row(StringBuilder text, int sequence, double... values) {
        text.append(sequence);
        for (double value : values) {
            text.append(',').append(String.format(Locale.ROOT, "%.7g", value));
        }
        text.append('\n');
    }

    private static String flat(Random r, int count, Target target) {
        StringBuilder text = new StringBuilder("id,p,q,r,s,y\n");
        for (int i = 0; i < count; i++) {
            double[] x = {r.nextGaussian(), r.nextGaussian(), r.nextGaussian(), r.nextGaussian()};
            row(text, i, x[0], x[1], x[2], x[3], target.of(x, r));
        }
        return text.toString();
    }

    private static String twoTargets(Random r) {
        StringBuilder text = new StringBuilder("id,p,q,r,s,y,z\n");
        for (int i = 0; i < 1000; i++) {
            double[] x = {r.nextGaussian(), r.nextGaussian(), r.nextGaussian(), r.nextGaussian()};
            row(text, i, x[0], x[1], x[2], x[3], 300 * (x[0] + x[2]), 0.01 * r.nextGaussian());
        }
        return text.toString();
    }

    /** Tags say whether the sum so far is above 0. */
    private static String sums(Random r, int count, int length, double size) {
        StringBuilder text = new StringBuilder("id,u,v,y\n");
        for (int i = 0; i < count; i++) {
            double sum = 0;
            for (int t = 0; t < length; t++) {
                double u = size * r.nextGaussian();
                sum += u;
                row(text, i, u, r.nextGaussian(), sum > 0 ? 1 : 0);
            }
        }
        return text.toString();
    }

    /** Two waves that beat. */
    private static String beats(Random r, int count, int length, double noise) {
        StringBuilder text = new StringBuilder("id,v\n");
        for (int i = 0; i < count; i++) {
            double phase = 6 * r.nextDouble();
            double speed = 0.3 + 0.2 * r.nextDouble();
            for (int t = 0; t < length; t++) {
                double v = Math.sin(phase + speed * t) + 0.5 * Math.sin(1.3 * (phase + speed * t));
                row(text, i, 20 + 4 * v + 4 * noise * r.nextGaussian());
            }
        }
        return text.toString();
    }

    private static String weather(Random r) {
        StringBuilder text = new StringBuilder("id,pressure,humidity,y\n");
        for (int i = 0; i < 400; i++) {
            double shift = r.nextGaussian();
            double wet = r.nextGaussian();
            for (int t = 0; t < 12; t++) {
                row(
                        text,
                        i,
                        101_325 + 400 * (shift + 0.3 * r.nextGaussian()),
                        0.5 + 0.2 * (wet + 0.3 * r.nextGaussian()),
                        wet > shift ? 1 : 0);
            }
        }
        return text.toString();
    }

    private static String recall(Random r, int count, int length) {
        StringBuilder text = new StringBuilder("id,x,y\n");
        for (int i = 0; i < count; i++) {
            double first = 2 * r.nextDouble() - 1;
            for (int t = 0; t < length; t++) {
                row(text, i, t == 0 ? 2 * first : 0.3 * r.nextGaussian(), first);
            }
        }
        return text.toString();
    }

    /** Sequences of one class or the other, told by the mean of u. */
    private static String means(Random r, int count, int shortest, int longest, double shift) {
        StringBuilder text = new StringBuilder("id,u,v,y\n");
        for (int i = 0; i < count; i++) {
            int length = shortest + r.nextInt(longest - shortest + 1);
            boolean above = r.nextBoolean();
            for (int t = 0; t < length; t++) {
                row(text, i, (above ? shift : -shift) + r.nextGaussian(), r.nextGaussian(), above ? 1 : 0);
            }
        }
        return text.toString();
    }

    private static String late(Random r, int count, int length, int lag) {
        StringBuilder text = new StringBuilder("id,x,y\n");
        for (int i = 0; i < count; i++) {
            int[] x = new int[length];
            for (int t = 0; t < length; t++) {
                x[t] = r.nextInt(2);
                row(text, i, x[t], t < lag ? 0 : x[t - lag]);
            }
        }
        return text.toString();
    }

    /** A step is tagged where u has a peak of three steps, the middle one. */
    private static String peaks(Random r, int count, int length) {
        StringBuilder text = new StringBuilder("id,u,v,y\n");
        for (int i = 0; i < count; i++) {
            int[] tag = new int[length];
            double[] u = new double[length];
            for (int t = 0; t < length; t++) {
                u[t] += 0.4 * r.nextGaussian();
                if (t % 10 == 5 && r.nextBoolean()) {
                    tag[t] = 1;
                    u[t - 1] += 1.5;
                    u[t] += 3;
                    u[t + 1] += 1.5;
                }
            }
            for (int t = 0; t < length; t++) {
                row(text, i, u[t], r.nextGaussian(), tag[t]);
            }
        }
        return text.toString();
    }

    /** A letter is followed by one of three, with odds of 6 : 3 : 1. */
    private static String letters(Random r) {
        String letters = "abcdefghij ";
        StringBuilder text = new StringBuilder();
        int at = 0;
        for (int i = 0; i < 30_000; i++) {
            double draw = r.nextDouble();
            int step = draw < 0.6 ? 1 : draw < 0.9 ? 4 : 7;
            at = (at + step) % letters.length();
            text.append(letters.charAt(at));
        }
        return text.toString();
    }

    /** Triads that go a fifth up in three steps of four, and anywhere in the fourth. */
    private static String chords(Random r) {
        StringBuilder text = new StringBuilder("{");
        String[] parts = {"train", "valid", "test"};
        int[] counts = {80, 20, 20};
        for (int p = 0; p < parts.length; p++) {
            text.append(p == 0 ? "" : ", ").append('"').append(parts[p]).append("\": [");
            for (int i = 0; i < counts[p]; i++) {
                text.append(i == 0 ? "[" : ", [");
                int root = r.nextInt(12);
                for (int t = 0; t < 24; t++) {
                    text.append(t == 0 ? "" : ", ")
                            .append(String.format(Locale.ROOT, "[%d, %d, %d]", root, root + 4, root + 7));
                    root = r.nextInt(4) > 0 ? (root + 7) % 12 : r.nextInt(12);
                }
                text.append(']');
            }
            text.append(']');
        }
        return text.append('}').toString();
    }
}
