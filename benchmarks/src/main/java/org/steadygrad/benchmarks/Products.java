package org.steadygrad.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Random;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.platform.NativeVariant;

/** One product of square matrices on each side. The "loss" is the result's first element. */
final class Products {
    private Products() {}

    static float[] matrix(int size, long seed) {
        Random random = new Random(seed);
        float[] values = new float[size * size];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return values;
    }

    /** oneDNN, which the cpu engine is made of. */
    static final class OneDnn implements Side {
        private final int size;
        private final FloatPointer a;
        private final FloatPointer b;
        private final FloatPointer c;

        OneDnn(int size) {
            NativeVariant.select();
            this.size = size;
            a = new FloatPointer(matrix(size, 1));
            b = new FloatPointer(matrix(size, 2));
            c = new FloatPointer((long) size * size);
        }

        @Override
        public String name() {
            return "onednn";
        }

        @Override
        public void step() {
            byte plain = (byte) 'N';
            int status = dnnl.dnnl_sgemm(plain, plain, size, size, size, 1, a, size, b, size, 0, c, size);
            if (status != dnnl.dnnl_success) {
                throw new IllegalStateException("oneDNN's sgemm failed with status " + status);
            }
        }

        @Override
        public double loss() {
            return c.get(0);
        }

        @Override
        public void close() {
            a.close();
            b.close();
            c.close();
        }
    }

    /** PyTorch's product. */
    static final class OfTorch implements Side {
        private final NDManager manager = Torch.engine().newBaseManager();
        private final NDArray a;
        private final NDArray b;
        private double first = Double.NaN;

        OfTorch(int size) {
            a = manager.create(matrix(size, 1), new Shape(size, size));
            b = manager.create(matrix(size, 2), new Shape(size, size));
        }

        @Override
        public String name() {
            return Torch.NAME;
        }

        @Override
        public void step() {
            try (NDArray product = a.matMul(b)) {
                first = Double.NaN;
            }
        }

        @Override
        public double loss() {
            if (Double.isNaN(first)) {
                try (NDArray product = a.matMul(b)) {
                    first = product.getFloat(0, 0);
                }
            }
            return first;
        }

        @Override
        public void close() {
            manager.close();
        }
    }

    /** ND4J's product, which DL4J's layers use. */
    static final class OfNd4j implements Side {
        private final INDArray a;
        private final INDArray b;
        private final INDArray c;

        OfNd4j(int size) {
            a = Nd4j.create(matrix(size, 1), new long[] {size, size}, 'c');
            b = Nd4j.create(matrix(size, 2), new long[] {size, size}, 'c');
            c = Nd4j.create(new long[] {size, size}, 'f');
        }

        @Override
        public String name() {
            return "dl4j";
        }

        @Override
        public void step() {
            a.mmuli(b, c);
        }

        @Override
        public double loss() {
            return c.getDouble(0, 0);
        }

        @Override
        public void close() {
            a.close();
            b.close();
            c.close();
        }
    }
}
