package org.steadygrad.exchange.onnx;

import java.util.Arrays;
import java.util.List;
import org.steadygrad.check.Check;
import org.steadygrad.exchange.array.StoredArray;
import org.steadygrad.exchange.graph.Port;

/** What is known of a value of an ONNX graph when it is read. */
sealed interface Known {
    /** Sizes of its axes. */
    List<Dim> shape();

    /** What it is, for a report. */
    String words();

    /**
     * An array.
     *
     * @param name of the initializer it is, or was made of; empty for none
     */
    record Constant(StoredArray array, String name) implements Known {
        @Override
        public List<Dim> shape() {
            return Arrays.stream(array.shape()).mapToObj(Dim::of).toList();
        }

        @Override
        public String words() {
            return "a constant";
        }
    }

    /**
     * Whole numbers of which some depend on the sizes of inputs: a shape, or a part of one.
     *
     * @param scalar whether it is a single number without axes
     */
    record Sizes(List<Dim> dims, boolean scalar) implements Known {
        @Override
        public List<Dim> shape() {
            return scalar ? List.of() : List.of(Dim.of(dims.size()));
        }

        @Override
        public String words() {
            return "sizes " + dims;
        }
    }

    /** An array of one number, whose size may depend on the sizes of inputs. */
    record Filled(double value, List<Dim> dims) implements Known {
        @Override
        public List<Dim> shape() {
            return dims;
        }

        @Override
        public String words() {
            return "a constant, " + value + " everywhere";
        }
    }

    /**
     * A value of the network.
     *
     * @param parts the values along the axis of kind {@link Axis.Kind#PART}; a single one if there is no such axis
     * @param axes in the order of the file
     * @param whole whether it holds whole numbers: symbols or lengths
     */
    record Flow(List<Port> parts, List<Axis> axes, boolean whole) implements Known {
        private static final int MOST_PARTS = 256;

        public Flow {
            parts = List.copyOf(parts);
            axes = List.copyOf(axes);
            Check.that(parts.size() <= MOST_PARTS, "ONNX graph", "at most " + MOST_PARTS + " directions", parts.size());
        }

        @Override
        public List<Dim> shape() {
            return axes.stream().map(Axis::size).toList();
        }

        @Override
        public String words() {
            return "gives " + parts + " with axes " + axes;
        }

        Flow withAxes(List<Axis> others) {
            return new Flow(parts, List.copyOf(others), whole);
        }

        /** @return position of the only axis of a kind; below 0 for none */
        int find(Axis.Kind kind) {
            for (int i = 0; i < axes.size(); i++) {
                if (axes.get(i).is(kind)) {
                    return i;
                }
            }
            return -1;
        }
    }
}
