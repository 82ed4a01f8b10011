package org.steadygrad.exchange.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.steadygrad.exchange.array.ElementType;
import org.steadygrad.exchange.array.MemoryLimit;
import org.steadygrad.exchange.array.StoredArray;
import org.steadygrad.exchange.onnx.Known.Constant;
import org.steadygrad.exchange.onnx.Known.Filled;
import org.steadygrad.exchange.onnx.Known.Sizes;
import org.steadygrad.exchange.onnx.OnnxModel.OnnxNode;

/** Evaluates nodes whose inputs are constants or sizes. */
final class ConstantFolding {
    /** What an operator makes of its inputs. */
    @FunctionalInterface
    private interface Rule {
        Known of(ConstantFolding folding, OnnxNode node, List<Known> in);
    }

    private static final Map<String, Rule> RULES = new HashMap<>();

    private static final Set<String> OF_TWO = Set.of("Gather", "Reshape", "Expand", "Add", "Sub", "Mul", "Div");

    static {
        RULES.put("Identity", (folding, node, in) -> in.get(0));
        RULES.put("Cast", (folding, node, in) -> folding.cast(node, in.get(0)));
        RULES.put("Shape", (folding, node, in) -> shape(node, in.get(0).shape()));
        RULES.put("Gather", (folding, node, in) -> folding.gather(node, in));
        RULES.put("Slice", (folding, node, in) -> folding.slice(node, in));
        RULES.put("Concat", (folding, node, in) -> folding.concat(node, in));
        RULES.put("Unsqueeze", (folding, node, in) -> folding.unsqueeze(node, in));
        RULES.put("Squeeze", (folding, node, in) -> folding.squeeze(node, in));
        RULES.put("Transpose", (folding, node, in) -> folding.transpose(node, in.get(0)));
        RULES.put("Reshape", (folding, node, in) -> folding.reshape(node, in));
        RULES.put("Expand", (folding, node, in) -> folding.expand(node, in));
        RULES.put("ConstantOfShape", (folding, node, in) -> folding.constantOfShape(node, in.get(0)));
        RULES.put("Add", (folding, node, in) -> folding.arithmetic(node, in, Double::sum));
        RULES.put("Sub", (folding, node, in) -> folding.arithmetic(node, in, (a, b) -> a - b));
        RULES.put("Mul", (folding, node, in) -> folding.arithmetic(node, in, (a, b) -> a * b));
        RULES.put("Div", (folding, node, in) -> folding.arithmetic(node, in, (a, b) -> a / b));
        RULES.put("ReduceProd", (folding, node, in) -> folding.product(node, in));
    }

    private final MemoryLimit limit;

    ConstantFolding(MemoryLimit limit) {
        this.limit = limit;
    }

    /** Operators whose results are computed when a file is read. */
    static String names() {
        return RULES.keySet().stream().sorted().collect(Collectors.joining(", "));
    }

    /** @return null when the operator isn't known */
    Known of(OnnxNode node, List<Known> in) {
        Rule rule = RULES.get(node.operator());
        if (rule == null || in.isEmpty() || in.get(0) == null) {
            return null;
        }
        boolean missing = OF_TWO.contains(node.operator()) && (in.size() < 2 || in.get(1) == null);
        if (missing || (node.operator().equals("Concat") && in.contains(null))) {
            throw node.refused("all inputs that it needs", "less", "The file is damaged.");
        }
        Known out = rule.of(this, node, in);
        boolean plain = out instanceof Sizes sizes && sizes.dims().stream().allMatch(Dim::known);
        return plain ? constant((Sizes) out) : out;
    }

    private static Constant constant(Sizes sizes) {
        long[] numbers = sizes.dims().stream().mapToLong(Dim::factor).toArray();
        return new Constant(sizes.scalar() ? StoredArray.of(numbers) : StoredArray.of(numbers, numbers.length), "");
    }

    /** Whole numbers, in at most one axis, as sizes; null for anything else. */
    static Sizes sizes(Known value) {
        if (value instanceof Sizes sizes) {
            return sizes;
        }
        if (value instanceof Constant constant
                && !constant.array().floating()
                && constant.array().rank() <= 1) {
            List<Dim> dims = Arrays.stream(constant.array().integers("sizes"))
                    .mapToObj(Dim::of)
                    .toList();
            return new Sizes(dims, constant.array().rank() == 0);
        }
        return null;
    }

    /** @throws org.steadygrad.check.InvalidInputException when the value isn't a list of sizes */
    static List<Dim> requireSizes(OnnxNode node, Known value, String name) {
        Sizes sizes = sizes(value);
        if (sizes == null) {
            throw node.refused("a list of whole numbers as " + name, "another value");
        }
        return sizes.dims();
    }

    /** Numbers that must be known. */
    static long[] requireNumbers(OnnxNode node, Known value, String name) {
        List<Dim> dims = requireSizes(node, value, name);
        if (!dims.stream().allMatch(Dim::known)) {
            throw node.refused(name + " that don't depend on the input's size", dims.toString());
        }
        return dims.stream().mapToLong(Dim::factor).toArray();
    }

    /** @return from 0 up @throws org.steadygrad.check.InvalidInputException when there is no such axis */
    static int axis(OnnxNode node, long axis, int rank) {
        if (axis < -rank || axis >= rank) {
            throw node.refused("an axis from " + -rank + " to " + (rank - 1), Long.toString(axis));
        }
        return (int) (axis < 0 ? axis + rank : axis);
    }

    /** @param input in which later versions have the axes; before that they are an attribute */
    static long[] axes(OnnxNode node, List<Known> in, int input) {
        return in.size() > input && in.get(input) != null
                ? requireNumbers(node, in.get(input), "axes")
                : node.numbers("axes");
    }

    private StoredArray array(OnnxNode node, Known value) {
        if (value instanceof Constant constant) {
            return constant.array();
        }
        if (value instanceof Filled filled && filled.dims().stream().allMatch(Dim::known)) {
            long[] shape = filled.dims().stream().mapToLong(Dim::factor).toArray();
            int count = StoredArray.elements(shape, node.who());
            limit.take(count);
            float[] values = new float[count];
            Arrays.fill(values, (float) filled.value());
            return StoredArray.of(values, shape);
        }
        throw node.refused("constants", "sizes that depend on the input", Axis.REMEDY);
    }

    private Constant made(Known from, StoredArray array) {
        return new Constant(array, from instanceof Constant constant ? constant.name() : "");
    }

    private Known cast(OnnxNode node, Known value) {
        long to = node.number("to", 0);
        boolean whole = to == 6 || to == 7;
        if (value instanceof Sizes && whole) {
            return value;
        }
        if (value instanceof Filled && to == 1) {
            return value;
        }
        StoredArray array = array(node, value);
        if (whole && !array.floating()) {
            return value;
        }
        if (whole) {
            limit.take(array.length());
            return made(
                    value,
                    StoredArray.of(
                            Arrays.stream(array.doubles())
                                    .mapToLong(d -> (long) d)
                                    .toArray(),
                            array.shape()));
        }
        if (to != 1) {
            throw node.refused("a cast to float32, int32 or int64", "data type " + to);
        }
        limit.take(array.length());
        return made(value, StoredArray.of(array.floats(), array.shape()));
    }

    static Sizes shape(OnnxNode node, List<Dim> dims) {
        int rank = dims.size();
        int start = clamp(node.number("start", 0), rank);
        int end = clamp(node.number("end", rank), rank);
        return new Sizes(dims.subList(start, Math.max(start, end)), false);
    }

    private static int clamp(long index, int size) {
        long from = index < 0 ? index + size : index;
        return (int) Math.max(0, Math.min(size, from));
    }

    private Known gather(OnnxNode node, List<Known> in) {
        Sizes sizes = sizes(in.get(0));
        Known which = in.size() > 1 ? in.get(1) : null;
        if (sizes != null && !sizes.scalar()) {
            long[] indices = requireNumbers(node, which, "indices");
            List<Dim> picked = new ArrayList<>();
            for (long index : indices) {
                picked.add(sizes.dims().get(axis(node, index, sizes.dims().size())));
            }
            return new Sizes(picked, sizes(which).scalar());
        }
        StoredArray array = array(node, in.get(0));
        int axis = axis(node, node.number("axis", 0), array.rank());
        long[] indices = requireNumbers(node, which, "indices");
        List<StoredArray> rows = new ArrayList<>();
        for (long index : indices) {
            int at = axis(node, index, (int) array.size(axis));
            rows.add(array.slice(axis, at, at + 1L));
        }
        if (rows.isEmpty()) {
            throw node.refused("indices", "none");
        }
        StoredArray joined = join(node, rows, axis);
        boolean drop = sizes(which).scalar();
        return made(in.get(0), drop ? joined.reshaped(without(joined.shape(), axis)) : joined);
    }

    private static long[] without(long[] shape, int axis) {
        return IntStream.range(0, shape.length)
                .filter(i -> i != axis)
                .mapToLong(i -> shape[i])
                .toArray();
    }

    /**
     * A stretch along one axis. Of an axis whose size isn't known start and end stand as in the file, below 0 from its end.
     *
     * @param end exclusive
     */
    record Stretch(int axis, long start, long end) {
        /** The end of an axis whose size isn't known. */
        static final long END = Long.MAX_VALUE;
    }

    /** What a Slice cuts out; steps other than 1 are refused. */
    static List<Stretch> stretches(OnnxNode node, List<Known> in, List<Dim> shape) {
        long[] starts = in.size() > 1 ? requireNumbers(node, in.get(1), "starts") : node.numbers("starts");
        long[] ends = in.size() > 2 ? requireNumbers(node, in.get(2), "ends") : node.numbers("ends");
        long[] axes = axes(node, in, 3);
        if (axes.length == 0) {
            axes = java.util.stream.LongStream.range(0, starts.length).toArray();
        }
        long[] steps = in.size() > 4 && in.get(4) != null ? requireNumbers(node, in.get(4), "steps") : new long[0];
        if (ends.length != starts.length
                || axes.length != starts.length
                || !Arrays.stream(steps).allMatch(s -> s == 1)) {
            throw node.refused(
                    "starts, ends and axes of one length, and steps of 1",
                    Arrays.toString(starts) + ", " + Arrays.toString(ends) + ", " + Arrays.toString(axes) + ", "
                            + Arrays.toString(steps));
        }
        List<Stretch> stretches = new ArrayList<>();
        for (int i = 0; i < starts.length; i++) {
            int axis = axis(node, axes[i], shape.size());
            Dim size = shape.get(axis);
            stretches.add(
                    size.known()
                            ? new Stretch(axis, clamp(starts[i], size.factor()), clamp(ends[i], size.factor()))
                            : new Stretch(axis, starts[i], ends[i] >= Integer.MAX_VALUE ? Stretch.END : ends[i]));
        }
        return stretches;
    }

    private static long clamp(long index, long size) {
        long from = index < 0 ? Math.max(0, index + size) : index;
        return Math.min(size, from);
    }

    private Known slice(OnnxNode node, List<Known> in) {
        Sizes sizes = sizes(in.get(0));
        if (sizes != null) {
            List<Dim> dims = sizes.dims();
            for (Stretch stretch : stretches(node, in, List.of(Dim.of(dims.size())))) {
                dims = dims.subList((int) stretch.start(), (int) Math.max(stretch.start(), stretch.end()));
            }
            return new Sizes(dims, false);
        }
        if (in.get(0) instanceof Filled filled) {
            List<Dim> dims = new ArrayList<>(filled.dims());
            for (Stretch stretch : stretches(node, in, filled.dims())) {
                if (!dims.get(stretch.axis()).known()) {
                    throw node.refused("a stretch of an axis of known size", dims.toString());
                }
                dims.set(stretch.axis(), Dim.of(Math.max(0, stretch.end() - stretch.start())));
            }
            return new Filled(filled.value(), List.copyOf(dims));
        }
        StoredArray array = array(node, in.get(0));
        List<Dim> dims = Arrays.stream(array.shape()).mapToObj(Dim::of).toList();
        for (Stretch stretch : stretches(node, in, dims)) {
            limit.take(array.length());
            array = array.slice(stretch.axis(), stretch.start(), Math.max(stretch.start(), stretch.end()));
        }
        return made(in.get(0), array);
    }

    private Known concat(OnnxNode node, List<Known> in) {
        List<Sizes> all = in.stream().map(ConstantFolding::sizes).toList();
        if (all.stream().allMatch(sizes -> sizes != null && !sizes.scalar())) {
            List<Dim> dims = new ArrayList<>();
            all.forEach(sizes -> dims.addAll(sizes.dims()));
            limit.take(dims.size());
            return new Sizes(List.copyOf(dims), false);
        }
        if (in.stream().allMatch(Filled.class::isInstance)) {
            Known filled =
                    concatFilled(node, in.stream().map(Filled.class::cast).toList());
            if (filled != null) {
                return filled;
            }
        }
        List<StoredArray> arrays = in.stream().map(value -> array(node, value)).toList();
        return new Constant(
                join(
                        node,
                        arrays,
                        axis(node, node.number("axis", 0), arrays.get(0).rank())),
                "");
    }

    private static Known concatFilled(OnnxNode node, List<Filled> in) {
        Filled first = in.get(0);
        int axis = axis(node, node.number("axis", 0), first.dims().size());
        long sum = 0;
        for (Filled part : in) {
            List<Dim> dims = new ArrayList<>(part.dims());
            if (dims.size() != first.dims().size() || !dims.get(axis).known() || part.value() != first.value()) {
                return null;
            }
            sum = Math.addExact(sum, dims.get(axis).factor());
            dims.set(axis, first.dims().get(axis));
            if (!dims.equals(first.dims())) {
                return null;
            }
        }
        List<Dim> dims = new ArrayList<>(first.dims());
        dims.set(axis, Dim.of(sum));
        return new Filled(first.value(), List.copyOf(dims));
    }

    private StoredArray join(OnnxNode node, List<StoredArray> parts, int axis) {
        StoredArray first = parts.get(0);
        long[] shape = first.shape();
        shape[axis] = 0;
        for (StoredArray part : parts) {
            long[] other = part.shape();
            boolean fits = other.length == shape.length && part.floating() == first.floating();
            for (int i = 0; fits && i < shape.length; i++) {
                fits = i == axis || other[i] == shape[i];
            }
            if (!fits) {
                throw node.refused("arrays that differ along axis " + axis + " alone", first + " and " + part);
            }
            shape[axis] = Math.addExact(shape[axis], other[axis]);
        }
        limit.take(StoredArray.elements(shape, node.who()));
        return StoredArray.joined(parts, axis);
    }

    private Known unsqueeze(OnnxNode node, List<Known> in) {
        Sizes sizes = sizes(in.get(0));
        if (sizes != null && sizes.scalar()) {
            return new Sizes(sizes.dims(), false);
        }
        List<Dim> dims = in.get(0).shape();
        int rank = dims.size() + axes(node, in, 1).length;
        boolean[] added = new boolean[rank];
        for (long axis : axes(node, in, 1)) {
            added[axis(node, axis, rank)] = true;
        }
        List<Dim> out = new ArrayList<>();
        int from = 0;
        for (boolean one : added) {
            if (!one && from == dims.size()) {
                throw node.refused("axes that differ", "one twice");
            }
            out.add(one ? Dim.ONE : dims.get(from++));
        }
        return reshaped(node, in.get(0), out);
    }

    private Known squeeze(OnnxNode node, List<Known> in) {
        List<Dim> dims = in.get(0).shape();
        Sizes sizes = sizes(in.get(0));
        if (sizes != null && dims.equals(List.of(Dim.ONE))) {
            return new Sizes(sizes.dims(), true);
        }
        boolean[] dropped = new boolean[dims.size()];
        for (long axis : axes(node, in, 1)) {
            dropped[axis(node, axis, dims.size())] = true;
        }
        List<Dim> out = new ArrayList<>();
        for (int i = 0; i < dims.size(); i++) {
            boolean one = dims.get(i).is(1);
            if (dropped[i] && !one) {
                throw node.refused("an axis of size 1", dims.get(i).toString());
            }
            if (!(one && (dropped[i] || axes(node, in, 1).length == 0))) {
                out.add(dims.get(i));
            }
        }
        return reshaped(node, in.get(0), out);
    }

    private Known reshaped(OnnxNode node, Known value, List<Dim> dims) {
        if (value instanceof Filled filled) {
            return new Filled(filled.value(), List.copyOf(dims));
        }
        long[] shape = dims.stream().mapToLong(Dim::factor).toArray();
        StoredArray array = array(node, value);
        if (!dims.stream().allMatch(Dim::known) || StoredArray.elements(shape, node.who()) != array.length()) {
            throw node.refused("a shape of " + array.length() + " elements", dims.toString());
        }
        return made(value, array.reshaped(shape));
    }

    private Known transpose(OnnxNode node, Known value) {
        List<Dim> dims = value.shape();
        int[] order = order(node, dims.size());
        if (value instanceof Filled filled) {
            return new Filled(
                    filled.value(), Arrays.stream(order).mapToObj(dims::get).toList());
        }
        StoredArray array = array(node, value);
        limit.take(array.length());
        return made(value, array.transposed(order));
    }

    /** The order of axes that a Transpose asks for. */
    static int[] order(OnnxNode node, int rank) {
        long[] order = node.numbers("perm");
        if (order.length == 0) {
            return IntStream.range(0, rank).map(i -> rank - 1 - i).toArray();
        }
        boolean[] seen = new boolean[rank];
        for (long axis : order) {
            seen[axis(node, axis, rank)] = true;
        }
        if (order.length != rank || IntStream.range(0, rank).anyMatch(i -> !seen[i])) {
            throw node.refused("each of " + rank + " axes once", Arrays.toString(order));
        }
        return Arrays.stream(order).mapToInt(axis -> axis(node, axis, rank)).toArray();
    }

    private Known reshape(OnnxNode node, List<Known> in) {
        List<Dim> target = requireSizes(node, in.get(1), "shape");
        Sizes sizes = sizes(in.get(0));
        if (sizes != null) {
            boolean flat = target.equals(List.of(Dim.of(-1)))
                    || target.equals(List.of(Dim.of(sizes.dims().size())));
            if (flat || (target.isEmpty() && sizes.dims().size() == 1)) {
                return new Sizes(sizes.dims(), target.isEmpty());
            }
        }
        return reshaped(node, in.get(0), resolved(node, in.get(0).shape(), target));
    }

    /** The shape that a Reshape asks for, with 0 and -1 put in. */
    static List<Dim> resolved(OnnxNode node, List<Dim> from, List<Dim> target) {
        node.requireOnly("allowzero");
        boolean zeros = node.number("allowzero", 0) == 1;
        List<Dim> out = new ArrayList<>();
        int open = -1;
        for (int i = 0; i < target.size(); i++) {
            Dim size = target.get(i);
            if (size.is(0) && !zeros) {
                if (i >= from.size()) {
                    throw node.refused("an axis to copy for a size of 0", "axis " + i + " of " + from.size());
                }
                size = from.get(i);
            } else if (size.is(-1)) {
                if (open >= 0) {
                    throw node.refused("at most one size of -1", target.toString());
                }
                open = i;
                size = Dim.ONE;
            }
            if (size.factor() < 0) {
                throw node.refused("sizes of 0 or more, or -1", target.toString());
            }
            out.add(size);
        }
        if (open >= 0) {
            Dim rest = Dim.product(from)
                    .over(Dim.product(out))
                    .orElseThrow(() -> node.refused("a shape that " + from + " can have", target.toString()));
            out.set(open, rest);
        }
        return out;
    }

    private Known expand(OnnxNode node, List<Known> in) {
        List<Dim> target = requireSizes(node, in.get(1), "shape");
        List<Dim> from = in.get(0).shape();
        double value;
        if (in.get(0) instanceof Filled filled) {
            value = filled.value();
        } else {
            double[] values = array(node, in.get(0)).doubles();
            if (values.length == 0 || Arrays.stream(values).anyMatch(v -> v != values[0])) {
                throw node.refused("an array of equal numbers to expand", "one of " + values.length + " that differ");
            }
            value = values[0];
        }
        int rank = Math.max(from.size(), target.size());
        List<Dim> out = new ArrayList<>();
        for (int i = 0; i < rank; i++) {
            Dim a = i < rank - from.size() ? Dim.ONE : from.get(i - rank + from.size());
            Dim b = i < rank - target.size() ? Dim.ONE : target.get(i - rank + target.size());
            // an array that was exported for one size, and is expanded to what may be another, is taken for the other
            out.add(b.is(1) ? a : b);
        }
        return new Filled(value, out);
    }

    private Known constantOfShape(OnnxNode node, Known shape) {
        Object value = node.attributes().get("value");
        double number = 0;
        if (value instanceof StoredArray array) {
            if (array.length() != 1) {
                throw node.refused("a single value", array.toString());
            }
            number = array.doubles()[0];
        }
        return new Filled(number, requireSizes(node, shape, "shape"));
    }

    private Known arithmetic(OnnxNode node, List<Known> in, DoubleBinaryOperator function) {
        Sizes a = sizes(in.get(0));
        Sizes b = sizes(in.get(1));
        if (a != null && b != null && (in.get(0) instanceof Sizes || in.get(1) instanceof Sizes)) {
            return sizesArithmetic(node, a, b);
        }
        StoredArray left = array(node, in.get(0));
        StoredArray right = array(node, in.get(1));
        StoredArray large = left.length() >= right.length() ? left : right;
        boolean same = Arrays.equals(left.shape(), right.shape()) || Math.min(left.length(), right.length()) == 1;
        if (!same || left.floating() != right.floating() || large.rank() < Math.max(left.rank(), right.rank())) {
            throw node.refused("arrays of one shape, or a number", left + " and " + right);
        }
        limit.take(large.length());
        double[] x = left.doubles();
        double[] y = right.doubles();
        double[] out = new double[large.length()];
        for (int i = 0; i < out.length; i++) {
            out[i] = function.applyAsDouble(x[x.length == 1 ? 0 : i], y[y.length == 1 ? 0 : i]);
        }
        return new Constant(rounded(large, out), "");
    }

    /** float32 if the operands were, whole numbers likewise. */
    private static StoredArray rounded(StoredArray like, double[] values) {
        if (!like.floating()) {
            return StoredArray.of(Arrays.stream(values).mapToLong(v -> (long) v).toArray(), like.shape());
        }
        if (like.type() == ElementType.FLOAT64) {
            return StoredArray.of(values, like.shape());
        }
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return StoredArray.of(floats, like.shape());
    }

    private static Known sizesArithmetic(OnnxNode node, Sizes a, Sizes b) {
        int count = Math.max(a.dims().size(), b.dims().size());
        if (Math.min(a.dims().size(), b.dims().size()) != 1
                && a.dims().size() != b.dims().size()) {
            throw node.refused("as many sizes on both sides", a.dims() + " and " + b.dims());
        }
        List<Dim> out = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Dim x = a.dims().get(a.dims().size() == 1 ? 0 : i);
            Dim y = b.dims().get(b.dims().size() == 1 ? 0 : i);
            out.add(combined(node, x, y));
        }
        return new Sizes(out, a.scalar() && b.scalar());
    }

    private static Dim combined(OnnxNode node, Dim x, Dim y) {
        switch (node.operator()) {
            case "Mul":
                return x.times(y);
            case "Div":
                return x.over(y).orElseThrow(() -> node.refused("sizes that divide", x + " / " + y));
            case "Add":
                if (x.is(0) || y.is(0) || (x.known() && y.known())) {
                    return x.is(0) ? y : y.is(0) ? x : Dim.of(Math.addExact(x.factor(), y.factor()));
                }
                break;
            case "Sub":
                if (y.is(0) || (x.known() && y.known())) {
                    return y.is(0) ? x : Dim.of(Math.subtractExact(x.factor(), y.factor()));
                }
                break;
            default:
        }
        throw node.refused("products of sizes", x + " and " + y);
    }

    private Known product(OnnxNode node, List<Known> in) {
        Sizes sizes = sizes(in.get(0));
        if (sizes == null) {
            throw node.refused("a product of sizes", "another");
        }
        return new Sizes(List.of(Dim.product(sizes.dims())), node.number("keepdims", 1) == 0);
    }
}
