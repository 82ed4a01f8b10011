package org.steadygrad.exchange.onnx;

import java.util.Map;
import java.util.TreeMap;
import org.steadygrad.exchange.graph.Function;
import org.steadygrad.exchange.graph.Function.Kind;
import org.steadygrad.exchange.onnx.OnnxModel.OnnxNode;

/** ONNX's activation functions by the names that operators and recurrent nodes have for them, the latter whatever the case of letters. */
final class Activations {
    /**
     * A function's formula and the numbers it takes.
     *
     * @param alpha its default; null if it takes none, NaN if there is no default that all agree on
     * @param beta likewise
     */
    private record Form(Kind kind, Double alpha, Double beta) {}

    private static final Map<String, Form> FORMS = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    static {
        FORMS.put("Relu", new Form(Kind.RELU, null, null));
        FORMS.put("Tanh", new Form(Kind.TANH, null, null));
        FORMS.put("Sigmoid", new Form(Kind.SIGMOID, null, null));
        FORMS.put("Softsign", new Form(Kind.SOFTSIGN, null, null));
        FORMS.put("Softplus", new Form(Kind.SOFTPLUS, null, null));
        FORMS.put("LeakyRelu", new Form(Kind.LEAKY_RELU, 0.01, null));
        FORMS.put("ThresholdedRelu", new Form(Kind.THRESHOLDED_RELU, 1.0, null));
        FORMS.put("Elu", new Form(Kind.ELU, 1.0, null));
        FORMS.put("HardSigmoid", new Form(Kind.HARD_SIGMOID, 0.2, 0.5));
        // the specification and ONNX Runtime differ in what is meant where nothing is said
        FORMS.put("Affine", new Form(Kind.AFFINE, Double.NaN, Double.NaN));
        FORMS.put("ScaledTanh", new Form(Kind.SCALED_TANH, Double.NaN, Double.NaN));
    }

    private Activations() {}

    static boolean takesAlpha(String name) {
        return FORMS.containsKey(name) && FORMS.get(name).alpha() != null;
    }

    static boolean takesBeta(String name) {
        return FORMS.containsKey(name) && FORMS.get(name).beta() != null;
    }

    /**
     * A function.
     *
     * @param alpha a Float, or null for the default
     * @param beta likewise
     */
    static Function of(String name, Object alpha, Object beta, OnnxNode node) {
        Form form = FORMS.get(name);
        if (form == null) {
            throw node.refused("activations of " + FORMS.keySet(), name);
        }
        return new Function(
                form.kind(),
                number(name, "alpha", form.alpha(), alpha, node),
                number(name, "beta", form.beta(), beta, node));
    }

    private static double number(String name, String which, Double absent, Object given, OnnxNode node) {
        if (given == null || absent == null) {
            if (absent != null && absent.isNaN()) {
                throw node.refused(
                        which + " of " + name + " to be said",
                        "none",
                        "Programs differ in what they take then; set it.");
            }
            return absent == null ? 0 : absent;
        }
        if (given instanceof Float number) {
            return LayerOperators.decimal(number);
        }
        throw node.refused("a number as " + which + " of " + name, given.toString());
    }
}
