package org.steadygrad.engine.cuda.driver;

import static org.bytedeco.cuda.global.cudart.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.steadygrad.engine.cuda.driver.SimulatedCuda.check;
import static org.steadygrad.engine.cuda.driver.SimulatedCuda.device;
import static org.steadygrad.engine.cuda.driver.SimulatedCuda.function;
import static org.steadygrad.engine.cuda.driver.SimulatedCuda.launch;
import static org.steadygrad.engine.cuda.driver.SimulatedCuda.stream;
import static org.steadygrad.engine.cuda.driver.SimulatedCuda.values;

import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The simulated machine behind CUDA's real bindings: streams, events, capture and graphs. */
@Tag("simulated")
class CudaSimulatorStreamsTest {
    private static CUfunc_st scale;

    @BeforeAll
    static void load() {
        assumeTrue(CudaSimulator.available(), () -> CudaSimulator.whyNot().orElseThrow());
        SimulatedCuda.load();
        scale = function(
                SimulatedCuda.module(
                        "extern \"C\" __global__ void scale(float* x, float by, float plus) { *x = *x * by + plus; }"),
                "scale");
    }

    private static CUevent_st event() {
        CUevent_st event = new CUevent_st();
        check(cudaEventCreateWithFlags(event, cudaEventDefault));
        return event;
    }

    private static CUgraphExec_st executable(CUgraph_st graph) {
        CUgraphExec_st executable = new CUgraphExec_st();
        check(cudaGraphInstantiate(executable, graph, 0));
        check(cudaGraphDestroy(graph));
        return executable;
    }

    private static void begin(CUstream_st stream) {
        check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
    }

    @Test
    void eventsOrderStreamsAndNothingElseDoes() {
        int early = 0;
        for (int i = 0; i < 20; i++) {
            CUstream_st first = stream();
            CUstream_st second = stream();
            CUevent_st done = event();
            FloatPointer x = device(1f);
            FloatPointer y = device(1f);
            launch(scale, 1, 1, 0, first, x, 2f, 1f);
            launch(scale, 1, 1, 0, first, y, 2f, 1f);
            check(cudaEventRecord(done, first));
            launch(scale, 1, 1, 0, second, y, 10f, 0f); // races with the other stream
            check(cudaStreamWaitEvent(second, done, 0));
            launch(scale, 1, 1, 0, second, x, 10f, 0f);
            check(cudaStreamSynchronize(second));
            assertArrayEquals(new float[] {30}, values(x, 1));
            early += values(y, 1)[0] == 21 ? 1 : 0;
            check(cudaStreamDestroy(first));
            check(cudaStreamDestroy(second));
        }
        assertTrue(early > 0, "what isn't ordered also runs the other way round");
    }

    @Test
    void queriesGetWorkOnInTheEnd() {
        CUstream_st stream = stream();
        CUevent_st start = event();
        CUevent_st end = event();
        FloatPointer x = device(0f);
        check(cudaEventRecord(start, stream));
        for (int i = 0; i < 50; i++) {
            launch(scale, 1, 1, 0, stream, x, 1f, 1f);
        }
        check(cudaEventRecord(end, stream));
        assertEquals(600, cudaEventQuery(end));
        assertEquals(600, cudaStreamQuery(stream));
        int queries = 0;
        while (cudaEventQuery(end) != 0 && queries < 1000) {
            queries++;
        }
        assertTrue(queries > 2 && queries < 1000, queries + " queries");
        assertArrayEquals(new float[] {50}, values(x, 1));
        float[] milliseconds = {-1};
        check(cudaEventElapsedTime(milliseconds, start, end));
        assertTrue(milliseconds[0] >= 0);
        cudaGetLastError();
    }

    @Test
    void theDefaultStreamWaitsForBlockingStreamsOnly() {
        CUstream_st blocking = new CUstream_st();
        check(cudaStreamCreateWithFlags(blocking, 0));
        FloatPointer x = device(1f);
        launch(scale, 1, 1, 0, blocking, x, 3f, 0f);
        launch(scale, 1, 1, 0, null, x, 1f, 4f);
        launch(scale, 1, 1, 0, blocking, x, 2f, 0f);
        check(cudaStreamSynchronize(blocking));
        assertArrayEquals(new float[] {14}, values(x, 1));
    }

    @Test
    void graphsReplayWithTheArgumentsOfTheirCapture() {
        CUstream_st main = stream();
        CUstream_st side = stream();
        FloatPointer x = device(1f);
        FloatPointer y = device(1f);
        CUevent_st fork = event();
        CUevent_st join = event();
        begin(main);
        check(cudaEventRecord(fork, main));
        check(cudaStreamWaitEvent(side, fork, 0));
        launch(scale, 1, 1, 0, side, y, 2f, 0f);
        check(cudaEventRecord(join, side));
        launch(scale, 1, 1, 0, main, x, 1f, 1f);
        check(cudaStreamWaitEvent(main, join, 0));
        check(cudaMemcpyAsync(x.getPointer(0), y, 4, cudaMemcpyDeviceToDevice, main));
        launch(scale, 1, 1, 0, main, x, 1f, 1f);
        CUgraph_st graph = new CUgraph_st();
        check(cudaStreamEndCapture(main, graph));
        CUgraphExec_st executable = executable(graph);
        assertArrayEquals(new float[] {1}, values(y, 1), "a capture runs nothing");
        check(cudaGraphUpload(executable, main));
        for (int i = 0; i < 3; i++) {
            check(cudaGraphLaunch(executable, main));
        }
        check(cudaStreamSynchronize(main));
        assertArrayEquals(new float[] {8}, values(y, 1));
        assertArrayEquals(new float[] {9}, values(x, 1));
        check(cudaGraphExecDestroy(executable));
    }

    @Test
    void capturesRefuseWhatTheyCantHold() {
        CUstream_st stream = stream();
        CUgraph_st graph = new CUgraph_st();
        begin(stream);
        assertEquals(900, cudaMalloc(new Pointer(), 4));
        try (IntPointer status = new IntPointer(1)) {
            check(cudaStreamIsCapturing(stream, status));
            assertEquals(cudaStreamCaptureStatusInvalidated, status.get());
        }
        assertEquals(901, cudaStreamEndCapture(stream, graph));
        FloatPointer x = device(1L);
        begin(stream);
        assertEquals(900, cudaStreamSynchronize(stream));
        assertEquals(901, cudaStreamEndCapture(stream, graph));
        begin(stream);
        try (FloatPointer pageable = new FloatPointer(1f)) {
            assertEquals(900, cudaMemcpyAsync(x, pageable, 4, cudaMemcpyHostToDevice, stream));
        }
        assertEquals(901, cudaStreamEndCapture(stream, graph));
        check(cudaStreamSynchronize(stream));
    }

    @Test
    void capturesHaveToBeJoined() {
        CUstream_st main = stream();
        CUstream_st side = stream();
        FloatPointer x = device(1f);
        CUevent_st fork = event();
        begin(main);
        check(cudaEventRecord(fork, main));
        check(cudaStreamWaitEvent(side, fork, 0));
        launch(scale, 1, 1, 0, side, x, 2f, 0f);
        assertEquals(904, cudaStreamEndCapture(main, new CUgraph_st()));
        assertEquals(907, cudaEventSynchronize(fork));
        CUevent_st before = event();
        check(cudaEventRecord(before, side));
        begin(main);
        assertEquals(905, cudaStreamWaitEvent(main, before, 0), "work outside the capture");
        assertEquals(901, cudaStreamEndCapture(main, new CUgraph_st()));
    }
}
