package org.steadygrad.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.dnnl.global.dnnl;
import org.steadygrad.platform.Cpu;
import org.steadygrad.platform.NativeVariant;
import org.steadygrad.platform.Versions;

/** What the numbers depend on besides the code. */
final class Machine {
    private static final double GIBI = 1L << 30;

    private Machine() {}

    /** Names and values in the order in which they are shown. */
    static Map<String, String> describe(int threads) {
        Cpu cpu = Cpu.detect();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("cpu", cpu.model());
        facts.put("instructionSets", String.join(" ", cpu.notableFlags()));
        facts.put("physicalCores", Integer.toString(cpu.physicalCores()));
        facts.put("threads", Integer.toString(threads));
        facts.put("memoryGiB", String.format(java.util.Locale.ROOT, "%.1f", memory() / GIBI));
        facts.put("os", property("os.name") + " " + property("os.version") + " " + property("os.arch"));
        facts.put("jdk", property("java.vm.name") + " " + property("java.runtime.version"));
        facts.put("commit", System.getProperty("benchmark.commit", "unknown"));
        facts.put("oneDNN", oneDnn());
        facts.put("dl4j", Versions.nd4j() + " (" + NativeVariant.select().title() + " build)");
        facts.put("djl", ai.djl.engine.Engine.getDjlVersion());
        facts.put("pytorch", Torch.engine().getVersion());
        for (String name : new String[] {"GOMP_SPINCOUNT", "OMP_WAIT_POLICY", "OMP_NUM_THREADS"}) {
            facts.put(name, String.valueOf(System.getenv(name)));
        }
        return facts;
    }

    private static long memory() {
        return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
                .getTotalMemorySize();
    }

    private static String property(String name) {
        return System.getProperty(name, "unknown");
    }

    private static String oneDnn() {
        NativeVariant.select();
        dnnl_version_t version = dnnl.dnnl_version();
        return version.major() + "." + version.minor() + "." + version.patch();
    }
}
