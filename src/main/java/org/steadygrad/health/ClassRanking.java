package org.steadygrad.health;

import org.steadygrad.check.Check;

/**
 * How well a model tells a class from all others on validation data, whatever it names. Numbers of rows are sums of their weights.
 *
 * @param number of the class, from 0
 * @param rows of the class
 * @param all rows of any class
 * @param named rows of the class that the model names it for, since it holds no other for likelier
 * @param top rows of the class among as many as there are of it that the model holds likeliest to be of it: with {@code rows} named,
 *     precision, recall and F1 would be {@code top / rows}
 */
public record ClassRanking(int number, double rows, double all, double named, double top) {
    public ClassRanking {
        Check.nonNegative(number, "ClassRanking", "number");
        Check.nonNegative(rows, "ClassRanking", "rows");
        Check.nonNegative(named, "ClassRanking", "named");
        Check.nonNegative(top, "ClassRanking", "top");
        Check.that(all >= rows, "ClassRanking", "at least " + rows + " rows in all", all);
    }
}
