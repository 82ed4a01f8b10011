package org.steadygrad.engine.cuda.driver;

/** Prints what the probe finds, with any argument what it finds when it looks at all; run in a process of its own, since libraries stay loaded. */
final class ProbeProgram {
    private ProbeProgram() {}

    public static void main(String[] arguments) {
        CudaReport report = arguments.length > 0 ? CudaProbe.examine() : CudaProbe.report();
        System.out.println("usable " + report.usable());
        System.out.println("problem " + report.problem());
        System.out.println("error " + report.findings().driverError());
        System.out.println(
                "dnn " + report.findings().dnn().map(CudaReport.Problem::text).orElse(""));
        System.out.println("versions " + report.versions());
        report.devices().forEach(System.out::println);
        report.libraries().forEach(System.out::println);
        report.places().forEach(System.out::println);
        System.out.println("once " + (System.identityHashCode(report) == System.identityHashCode(CudaProbe.report())));
    }
}
