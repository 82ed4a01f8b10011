package org.steadygrad.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.ParameterBlock;

/**
 * A parameter or running statistic with elements that are NaN or infinite.
 *
 * @param block which
 * @param count of such elements
 * @param first of them
 */
public record NonFiniteParameters(ParameterBlock block, long count, float first) {
    /** Names more than this many are only counted. */
    private static final int MOST_NAMED = 3;

    /** All of a flat vector, in its order. */
    public static List<NonFiniteParameters> of(FlatLayout layout, float[] parameters) {
        List<NonFiniteParameters> found = new ArrayList<>();
        for (ParameterBlock block : layout.blocks()) {
            int count = 0;
            float first = 0;
            int from = (int) block.offset();
            for (int i = from; i < from + block.length(); i++) {
                if (!Float.isFinite(parameters[i])) {
                    first = count++ == 0 ? parameters[i] : first;
                }
            }
            if (count > 0) {
                found.add(new NonFiniteParameters(block, count, first));
            }
        }
        return found;
    }

    /** All of a network. */
    public static List<NonFiniteParameters> of(ComputationGraph network) {
        return finite(network.params())
                ? List.of()
                : of(FlatLayouts.of(network), network.params().dup('c').data().asFloat());
    }

    /** What is wrong with a network's parameters and updater state, in words; empty when all numbers are finite. */
    public static Optional<String> inWords(ComputationGraph network) {
        List<NonFiniteParameters> found = of(network);
        if (!found.isEmpty()) {
            return Optional.of(inWords(found));
        }
        List<UpdaterStates.NonFinite> states = UpdaterStates.nonFinite(network);
        if (states.isEmpty()) {
            return Optional.empty();
        }
        String named = states.stream()
                .limit(MOST_NAMED)
                .map(state ->
                        state.words() + " of layer " + state.block().layer() + ", the first of them " + state.first())
                .collect(Collectors.joining(", "));
        int others = states.size() - MOST_NAMED;
        return Optional.of(named + (others > 0 ? " and " + others + " more updater states" : ""));
    }

    private static String inWords(List<NonFiniteParameters> found) {
        String named = found.stream()
                .limit(MOST_NAMED)
                .map(p -> p.count + " of " + p.block.length() + " elements of " + p.block.name() + " (" + p.first + ")")
                .collect(Collectors.joining(", "));
        int others = found.size() - MOST_NAMED;
        return named + (others > 0 ? " and elements of " + others + " more parameters" : "");
    }

    /**
     * Checks parameters.
     *
     * @param who complains
     * @param remedy what to do, as a sentence
     * @throws InvalidInputException when some aren't finite; names layer, parameter and count
     */
    public static void check(String who, FlatLayout layout, float[] parameters, String remedy) {
        List<NonFiniteParameters> found = of(layout, parameters);
        if (!found.isEmpty()) {
            throw refusal(who, inWords(found), remedy);
        }
    }

    /** The same for a network and its updater state. */
    public static void check(String who, ComputationGraph network, String remedy) {
        inWords(network).ifPresent(words -> {
            throw refusal(who, words, remedy);
        });
    }

    private static InvalidInputException refusal(String who, String words, String remedy) {
        return new InvalidInputException(
                who + ": expected finite parameters, got NaN or infinity in " + words + ". " + remedy);
    }

    /** False for some that are finite, whose sum isn't. */
    static boolean finite(INDArray array) {
        return array == null
                || array.length() == 0
                || Double.isFinite(array.sumNumber().doubleValue());
    }
}
