package org.steadygrad.model;

import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.steadygrad.check.Check;
import org.steadygrad.spec.LayerSpec;
import org.steadygrad.spec.ModelSpec;
import org.steadygrad.spec.Named;

/**
 * How the vertices of a network are called that a run file describes: by kind and position (from 1) of the layer that they
 * belong to. {@code gru2} is a layer that becomes a single vertex; {@code gru2-1} and {@code gru2-2} are those of a layer
 * of two, {@code stack1-3}, {@code stack1-3-norm} and {@code stack1-3-sum} the third block of a stack, {@code dense1-steps}
 * and {@code gru2-sequence} change the shape in front of their layer. The output layer is {@code output} wherever it stands.
 */
public final class LayerNames {
    private static final Pattern VERTEX = Pattern.compile("([A-Za-z]+)([0-9]{1,6})(-.*)?");

    private LayerNames() {}

    /** The word by which run files call a layer, for example {@code gru}. */
    public static String kind(LayerSpec spec) {
        return spec.getClass().getAnnotation(Named.class).value();
    }

    /**
     * The layer of the run file that a vertex belongs to.
     *
     * @param vertex name of a vertex or DL4J layer
     * @return its index, from 0; empty for vertices that no layer of the run file asks for, such as an output layer that
     *     follows from the data alone
     */
    public static OptionalInt index(ModelSpec model, String vertex) {
        Check.notNull(model, "LayerNames", "model");
        List<LayerSpec> layers = model.layers();
        int last = layers.size() - 1;
        if (vertex.equals(ModelBuilder.OUTPUT)) {
            return layers.get(last) instanceof LayerSpec.Output ? OptionalInt.of(last) : OptionalInt.empty();
        }
        Matcher matcher = VERTEX.matcher(vertex);
        if (!matcher.matches()) {
            return OptionalInt.empty();
        }
        int index = Integer.parseInt(matcher.group(2)) - 1;
        boolean known = index >= 0 && index <= last && kind(layers.get(index)).equals(matcher.group(1));
        return known ? OptionalInt.of(index) : OptionalInt.empty();
    }

    /** @param position of the layer in the run file, from 1 */
    static String vertex(LayerSpec spec, int position) {
        return kind(spec) + position;
    }

    /** Names of the vertices that a recurrent layer becomes. @param position in the run file, from 1 */
    static List<String> vertices(LayerSpec.Recurrent spec, int position) {
        String name = vertex(spec, position);
        return spec.layers() == 1
                ? List.of(name)
                : IntStream.rangeClosed(1, spec.layers())
                        .mapToObj(i -> name + "-" + i)
                        .toList();
    }
}
