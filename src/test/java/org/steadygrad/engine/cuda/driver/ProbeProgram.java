package org.steadygrad.engine.cuda.driver;

/** Prints what the probe finds; run in a process of its own, since libraries stay loaded. */
final class ProbeProgram {
    private ProbeProgram() {}

    public static void main(String[] arguments) {
        CudaReport report = CudaProbe.report();
        System.out.println("usable " + report.usable());
        System.out.println(
                "problem " + report.problem().map(CudaReport.Problem::text).orElse(""));
        System.out.println("versions " + report.versions());
        report.devices().forEach(System.out::println);
        report.libraries().forEach(System.out::println);
        report.places().forEach(System.out::println);
        System.out.println("once " + (System.identityHashCode(report) == System.identityHashCode(CudaProbe.report())));
    }
}
