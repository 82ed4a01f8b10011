package org.steadygrad.forensics;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.LongStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.engine.step.Pass;

/**
 * Batches as bytes: the elements of one array after the other in 'c' order, big-endian, 64-bit floats as such and all other
 * types as 32-bit floats. Shapes stand elsewhere, in a {@link Shapes} per pass.
 */
final class BatchBytes {
    private static final int MOST_AXES = 3;

    private BatchBytes() {}

    /**
     * An array without its elements.
     *
     * @param wide whether elements have 64 bits
     */
    record Shape(List<Long> sizes, boolean wide) {
        Shape {
            sizes = List.copyOf(sizes);
        }

        static Shape of(INDArray array) {
            return new Shape(LongStream.of(array.shape()).boxed().toList(), array.dataType() == DataType.DOUBLE);
        }

        long length() {
            return sizes.stream().reduce(1L, Math::multiplyExact);
        }

        long bytes() {
            return Math.multiplyExact(length(), wide ? Double.BYTES : Float.BYTES);
        }
    }

    /** The arrays of a pass and its seed; masks are null where there is none. */
    record Shapes(long seed, Shape features, Shape labels, Shape featuresMask, Shape labelsMask) {
        static Shapes of(Pass pass) {
            return new Shapes(
                    pass.seed(),
                    Shape.of(pass.batch().getFeatures(0)),
                    Shape.of(pass.batch().getLabels(0)),
                    maskShape(pass.batch().getFeaturesMaskArrays()),
                    maskShape(pass.batch().getLabelsMaskArrays()));
        }

        private static Shape maskShape(INDArray[] masks) {
            return masks == null || masks[0] == null ? null : Shape.of(masks[0]);
        }

        long bytes() {
            return LongStream.of(bytes(features), bytes(labels), bytes(featuresMask), bytes(labelsMask))
                    .reduce(0, Math::addExact);
        }

        private static long bytes(Shape shape) {
            return shape == null ? 0 : shape.bytes();
        }
    }

    static long size(List<Pass> passes) {
        return passes.stream().mapToLong(pass -> Shapes.of(pass).bytes()).sum();
    }

    static byte[] write(List<Pass> passes) {
        ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(size(passes)));
        for (Pass pass : passes) {
            put(out, pass.batch().getFeatures());
            put(out, pass.batch().getLabels());
            put(out, pass.batch().getFeaturesMaskArrays());
            put(out, pass.batch().getLabelsMaskArrays());
        }
        return out.array();
    }

    private static void put(ByteBuffer out, INDArray[] arrays) {
        if (arrays == null || arrays[0] == null) {
            return;
        }
        boolean wide = arrays[0].dataType() == DataType.DOUBLE;
        for (double value : Tensors.doubles(arrays[0])) {
            if (wide) {
                out.putDouble(value);
            } else {
                out.putFloat((float) value);
            }
        }
    }

    /**
     * Reads the next pass.
     *
     * @throws IOException when shapes can't be those of a batch, or don't agree with the bytes that are left
     */
    static Pass read(ByteBuffer in, Shapes shapes) throws IOException {
        check(shapes);
        try {
            INDArray features = array(in, shapes.features());
            INDArray labels = array(in, shapes.labels());
            INDArray[] featuresMask = mask(in, shapes.featuresMask());
            INDArray[] labelsMask = mask(in, shapes.labelsMask());
            return new Pass(
                    new MultiDataSet(new INDArray[] {features}, new INDArray[] {labels}, featuresMask, labelsMask),
                    shapes.seed());
        } catch (BufferUnderflowException | ArithmeticException e) {
            throw new IOException("its batch is shorter than it says", e);
        }
    }

    private static void check(Shapes shapes) throws IOException {
        if (shapes == null || !batchLike(shapes.features()) || !batchLike(shapes.labels())) {
            throw new IOException("its batch has no features or labels of two or three axes");
        }
        List<Long> features = shapes.features().sizes();
        List<Long> labels = shapes.labels().sizes();
        if (!features.get(0).equals(labels.get(0))) {
            throw new IOException("its features of shape " + features + " don't go with labels of shape " + labels);
        }
        checkMask(shapes.featuresMask(), features);
        checkMask(shapes.labelsMask(), labels);
    }

    private static boolean batchLike(Shape shape) {
        return shape != null
                && shape.sizes().size() >= 2
                && shape.sizes().size() <= MOST_AXES
                && shape.sizes().stream().allMatch(size -> size > 0 && size < Integer.MAX_VALUE);
    }

    /** One number per example, per step, whichever axis is time, or per element; what else is wrong the model's layers tell. */
    private static void checkMask(Shape mask, List<Long> masked) throws IOException {
        if (mask == null || mask.sizes().equals(masked)) {
            return;
        }
        List<Long> sizes = mask.sizes();
        boolean fits = sizes.size() == 2
                && sizes.get(0).equals(masked.get(0))
                && (sizes.get(1) == 1 || masked.subList(1, masked.size()).contains(sizes.get(1)));
        if (!fits) {
            throw new IOException("its mask of shape " + sizes + " doesn't go with an array of shape " + masked);
        }
    }

    private static INDArray[] mask(ByteBuffer in, Shape shape) {
        return shape == null ? null : new INDArray[] {array(in, shape)};
    }

    /** Memory is taken for no more than there are bytes. */
    private static INDArray array(ByteBuffer in, Shape shape) {
        if (shape.bytes() > in.remaining()) {
            throw new BufferUnderflowException();
        }
        long[] sizes = shape.sizes().stream().mapToLong(Long::longValue).toArray();
        int length = (int) shape.length();
        if (shape.wide()) {
            double[] values = new double[length];
            in.asDoubleBuffer().get(values);
            in.position(in.position() + length * Double.BYTES);
            return Nd4j.createFromArray(values).reshape('c', sizes);
        }
        float[] values = new float[length];
        in.asFloatBuffer().get(values);
        in.position(in.position() + length * Float.BYTES);
        return Nd4j.createFromArray(values).reshape('c', sizes);
    }
}
