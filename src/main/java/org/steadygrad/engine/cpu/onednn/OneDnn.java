package org.steadygrad.engine.cpu.onednn;

import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.stream;
import org.steadygrad.engine.EngineException;

/** A oneDNN engine and one of its streams on the CPU, and what is asked of them again and again. */
public final class OneDnn implements AutoCloseable {
    static final memory.data_type F32 = memory.data_type.f32;

    private final NativeScope scope = new NativeScope();
    private final engine cpu;
    private final dnnl_stream stream;
    /** What primitives compute in, one after the other; as large as the most demanding one needs. */
    private FloatMemory scratchpad = FloatMemory.allocate(1);

    OneDnn() {
        cpu = scope.own(new engine(engine.kind.cpu, 0));
        stream = newStream();
    }

    /** Another stream of the same engine, for primitives that run while the other's do. The other must live longer. */
    OneDnn(OneDnn other) {
        cpu = other.cpu;
        stream = newStream();
    }

    private dnnl_stream newStream() {
        return scope.own(scope.own(new stream(cpu)).get());
    }

    public engine engine() {
        return cpu;
    }

    /**
     * Attributes for every primitive: it computes in memory that its {@link Call} brings along. Left to itself oneDNN keeps such memory by
     * thread, so that a primitive crashes in another thread than the one that made it.
     */
    public static primitive_attr attributes(NativeScope scope) {
        primitive_attr attributes = scope.own(new primitive_attr());
        attributes.set_scratchpad_mode(dnnl.dnnl_scratchpad_mode_user);
        return attributes;
    }

    /** A dense tensor, its last axis contiguous. */
    public static memory.desc rows(NativeScope scope, long... dimensions) {
        long[] strides = new long[dimensions.length];
        long next = 1;
        for (int i = dimensions.length - 1; i >= 0; i--) {
            strides[i] = next;
            next *= dimensions[i];
        }
        return strided(scope, dimensions, strides);
    }

    /** @param strides in elements, one per dimension */
    public static memory.desc strided(NativeScope scope, long[] dimensions, long[] strides) {
        return scope.own(new memory.desc(dimensions, F32, strides));
    }

    /** A layout that the primitive chooses. */
    public static memory.desc any(NativeScope scope, long... dimensions) {
        return scope.own(new memory.desc(dimensions, F32, memory.format_tag.any));
    }

    /** A view of our memory as oneDNN sees it. */
    public memory view(NativeScope owner, memory.desc layout, FloatMemory data) {
        return owner.own(new memory(layout, cpu, data.pointer()));
    }

    /** New memory for a layout that oneDNN chose. */
    public memory allocate(NativeScope owner, memory.desc layout) {
        return view(owner, layout, owner.allocate(floats(layout)));
    }

    private static long floats(memory.desc layout) {
        return (layout.get_size() + Float.BYTES - 1) / Float.BYTES;
    }

    /** Calls that were made before find the new one when they run. */
    private void reserve(long floats) {
        if (scratchpad.length() < floats) {
            FloatMemory larger = FloatMemory.allocate(floats);
            scratchpad.close();
            scratchpad = larger;
        }
    }

    /** A copy from one layout to another, whenever the call is run. */
    public Call reorder(NativeScope owner, memory from, memory to) {
        reorder primitive = owner.own(new reorder(from, to, attributes(owner)));
        return call(owner, primitive).with(dnnl.DNNL_ARG_FROM, from).with(dnnl.DNNL_ARG_TO, to);
    }

    public Call call(NativeScope owner, primitive primitive) {
        return new Call(owner, primitive);
    }

    /** A primitive with its arguments, ready to run again and again without allocating anything. */
    public final class Call {
        private static final int MOST_ARGUMENTS = 24;

        private final NativeScope owner;
        private final dnnl_primitive primitive;
        private final dnnl_exec_arg_t arguments;
        /** As oneDNN sees it; null for primitives that need none. */
        private final dnnl_memory scratch;

        private FloatMemory bound;
        private int count;

        private Call(NativeScope owner, primitive primitive) {
            this.owner = owner;
            this.primitive = owner.own(primitive.get());
            arguments = owner.own(new dnnl_exec_arg_t(MOST_ARGUMENTS));
            memory.desc needed = scratchpadOf(primitive);
            scratch = needed.get_size() == 0 ? null : scratch(needed);
        }

        private memory.desc scratchpadOf(primitive made) {
            dnnl_primitive_desc description = owner.own(made.get_dnnl_primitive_desc());
            return owner.own(new memory.desc(
                    owner.own(dnnl.dnnl_primitive_desc_query_md(description, dnnl.dnnl_query_scratchpad_md, 0)), true));
        }

        private dnnl_memory scratch(memory.desc needed) {
            reserve(floats(needed));
            bound = scratchpad;
            memory view = view(owner, needed, bound);
            with(dnnl.DNNL_ARG_SCRATCHPAD, view);
            return owner.own(view.get());
        }

        /** @param argument one of oneDNN's DNNL_ARG constants */
        public Call with(int argument, memory value) {
            dnnl_memory handle = owner.own(value.get());
            arguments.getPointer(count).arg(argument);
            arguments.getPointer(count).memory(handle);
            count++;
            return this;
        }

        public void run() {
            if (bound != scratchpad && scratch != null) {
                bound = scratchpad;
                check(dnnl.dnnl_memory_set_data_handle(scratch, bound.pointer()));
            }
            check(dnnl.dnnl_primitive_execute(primitive, stream, count, arguments));
        }

        private static void check(int status) {
            if (status != dnnl.dnnl_success) {
                throw new EngineException("engine cpu: oneDNN could not run a primitive (status " + status
                        + "). Run with ONEDNN_VERBOSE=all to see why.");
            }
        }
    }

    @Override
    public void close() {
        scratchpad.close();
        scope.close();
    }
}
