package org.steadygrad.engine.cuda.driver;

import static org.bytedeco.cuda.global.cudnn.CUDNN_DATA_FLOAT;
import static org.bytedeco.cuda.global.cudnn.CUDNN_DEFAULT_MATH;
import static org.bytedeco.cuda.global.cudnn.CUDNN_FMA_MATH;
import static org.bytedeco.cuda.global.cudnn.CUDNN_GRU;
import static org.bytedeco.cuda.global.cudnn.CUDNN_LINEAR_INPUT;
import static org.bytedeco.cuda.global.cudnn.CUDNN_LSTM;
import static org.bytedeco.cuda.global.cudnn.CUDNN_RNN_ALGO_PERSIST_STATIC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_RNN_ALGO_PERSIST_STATIC_SMALL_H;
import static org.bytedeco.cuda.global.cudnn.CUDNN_RNN_ALGO_STANDARD;
import static org.bytedeco.cuda.global.cudnn.CUDNN_RNN_DATA_LAYOUT_SEQ_MAJOR_UNPACKED;
import static org.bytedeco.cuda.global.cudnn.CUDNN_RNN_DOUBLE_BIAS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_RNN_PADDED_IO_ENABLED;
import static org.bytedeco.cuda.global.cudnn.CUDNN_RNN_RELU;
import static org.bytedeco.cuda.global.cudnn.CUDNN_RNN_TANH;
import static org.bytedeco.cuda.global.cudnn.CUDNN_UNIDIRECTIONAL;
import static org.bytedeco.cuda.global.cudnn.cudnnCreateRNNDataDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnCreateRNNDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnCreateTensorDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnDestroyRNNDataDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnDestroyRNNDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnDestroyTensorDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnSetRNNDataDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnSetRNNDescriptor_v8;
import static org.bytedeco.cuda.global.cudnn.cudnnSetTensorNdDescriptor;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.bytedeco.cuda.cudnn.cudnnRNNDataStruct;
import org.bytedeco.cuda.cudnn.cudnnRNNStruct;
import org.bytedeco.cuda.cudnn.cudnnTensorStruct;
import org.steadygrad.engine.cuda.driver.DnnRecurrence.Algorithm;
import org.steadygrad.engine.cuda.driver.DnnRecurrence.Cell;
import org.steadygrad.engine.cuda.driver.DnnRecurrence.Shape;
import org.steadygrad.spec.Precision;

/** What cuDNN wants to know of a recurrent layer. */
final class RecurrenceDescriptors implements AutoCloseable {
    private final cudnnRNNStruct layer = new cudnnRNNStruct();
    private final cudnnRNNDataStruct input = new cudnnRNNDataStruct();
    private final cudnnRNNDataStruct output = new cudnnRNNDataStruct();
    private final cudnnTensorStruct state;
    private final Deque<Runnable> destroyers = new ArrayDeque<>();

    RecurrenceDescriptors(Dnn dnn, Shape shape, Algorithm algorithm, Precision precision) {
        try {
            create(dnn, shape, algorithm, precision);
            create(input, shape, shape.inputs());
            create(output, shape, shape.units());
            state = newTensor();
            int[] sizes = {1, shape.examples(), shape.units()};
            int[] strides = {shape.examples() * shape.units(), shape.units(), 1};
            Status.dnn(
                    cudnnSetTensorNdDescriptor(state, CUDNN_DATA_FLOAT, sizes.length, sizes, strides),
                    "cudnnSetTensorNdDescriptor");
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private void create(Dnn dnn, Shape shape, Algorithm algorithm, Precision precision) {
        Status.dnn(cudnnCreateRNNDescriptor(layer), "cudnnCreateRNNDescriptor");
        destroyers.push(() -> Status.dnn(cudnnDestroyRNNDescriptor(layer), "cudnnDestroyRNNDescriptor"));
        Status.dnn(
                cudnnSetRNNDescriptor_v8(
                        layer,
                        number(algorithm),
                        number(shape.cell()),
                        CUDNN_RNN_DOUBLE_BIAS,
                        CUDNN_UNIDIRECTIONAL,
                        CUDNN_LINEAR_INPUT,
                        CUDNN_DATA_FLOAT,
                        CUDNN_DATA_FLOAT,
                        precision == Precision.FLOAT32 ? CUDNN_FMA_MATH : CUDNN_DEFAULT_MATH,
                        shape.inputs(),
                        shape.units(),
                        shape.units(),
                        1,
                        dnn.noDropout(),
                        CUDNN_RNN_PADDED_IO_ENABLED),
                "cudnnSetRNNDescriptor");
    }

    private void create(cudnnRNNDataStruct data, Shape shape, int size) {
        Status.dnn(cudnnCreateRNNDataDescriptor(data), "cudnnCreateRNNDataDescriptor");
        destroyers.push(() -> Status.dnn(cudnnDestroyRNNDataDescriptor(data), "cudnnDestroyRNNDataDescriptor"));
        int[] lengths = new int[shape.examples()];
        Arrays.fill(lengths, shape.steps());
        // sequences are as long as the tensor, so that nothing needs to be filled
        Status.dnn(
                cudnnSetRNNDataDescriptor(
                        data,
                        CUDNN_DATA_FLOAT,
                        CUDNN_RNN_DATA_LAYOUT_SEQ_MAJOR_UNPACKED,
                        shape.steps(),
                        shape.examples(),
                        size,
                        lengths,
                        null),
                "cudnnSetRNNDataDescriptor");
    }

    private static int number(Algorithm algorithm) {
        return switch (algorithm) {
            case STANDARD -> CUDNN_RNN_ALGO_STANDARD;
            case PERSIST_STATIC -> CUDNN_RNN_ALGO_PERSIST_STATIC;
            case PERSIST_STATIC_SMALL_H -> CUDNN_RNN_ALGO_PERSIST_STATIC_SMALL_H;
        };
    }

    private static int number(Cell cell) {
        return switch (cell) {
            case TANH -> CUDNN_RNN_TANH;
            case RECTIFIER -> CUDNN_RNN_RELU;
            case LSTM -> CUDNN_LSTM;
            case GRU -> CUDNN_GRU;
        };
    }

    /** A tensor's descriptor, which lives as long as these. */
    cudnnTensorStruct newTensor() {
        cudnnTensorStruct tensor = new cudnnTensorStruct();
        Status.dnn(cudnnCreateTensorDescriptor(tensor), "cudnnCreateTensorDescriptor");
        destroyers.push(() -> Status.dnn(cudnnDestroyTensorDescriptor(tensor), "cudnnDestroyTensorDescriptor"));
        return tensor;
    }

    cudnnRNNStruct layer() {
        return layer;
    }

    cudnnRNNDataStruct input() {
        return input;
    }

    cudnnRNNDataStruct output() {
        return output;
    }

    cudnnTensorStruct state() {
        return state;
    }

    @Override
    public void close() {
        while (!destroyers.isEmpty()) {
            Status.release(destroyers.pop());
        }
    }
}
