#!/usr/bin/env bash
# ND4J 1.0.0-M2.1, CPU: the mean of many equal floats is another number, and the largest of numbers with a NaN isn't NaN.
# Guess before: the mean of 33,554,432 times 0.1 is 0.1 to three digits or more; maxNumber() of (NaN, 1) is NaN, as amaxNumber() says.
# Seen: 0.115 on two cores: sums are kept in float, a stretch for each thread, so that the error depends on the number of threads; along a
# dimension, the mean over 4,194,304 rows is 0.096. maxNumber() leaves NaN out, amaxNumber() doesn't.
# Needs a JDK (17 or newer) and Maven. Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/pom.xml" <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>findings</groupId>
  <artifactId>nd4j</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.nd4j</groupId>
      <artifactId>nd4j-native</artifactId>
      <version>1.0.0-M2.1</version>
    </dependency>
    <dependency>
      <groupId>org.nd4j</groupId>
      <artifactId>nd4j-native</artifactId>
      <version>1.0.0-M2.1</version>
      <classifier>linux-x86_64</classifier>
    </dependency>
    <dependency>
      <groupId>org.bytedeco</groupId>
      <artifactId>openblas</artifactId>
      <version>0.3.19-1.5.7</version>
      <classifier>linux-x86_64</classifier>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId>
      <artifactId>slf4j-nop</artifactId>
      <version>1.7.21</version>
    </dependency>
  </dependencies>
</project>
XML
mvn -B -q -f "$folder/pom.xml" dependency:build-classpath -Dmdep.outputFile="$folder/classpath"
cat > "$folder/Finding.java" <<'JAVA'
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
    public static void main(String[] arguments) {
        double all = Nd4j.valueArrayOf(new long[] {1 << 25}, 0.1f, DataType.FLOAT).meanNumber().doubleValue();
        double rows = Nd4j.valueArrayOf(new long[] {1 << 22, 2}, 0.1f, DataType.FLOAT).mean(0).getDouble(0);
        INDArray broken = Nd4j.createFromArray(Float.NaN, 1);
        double largest = broken.maxNumber().doubleValue();
        double magnitude = broken.amaxNumber().doubleValue();
        System.out.println("mean of 2^25 times 0.1: " + all + ", along a dimension of 2^22: " + rows + "; of (NaN, 1) max " + largest + ", amax " + magnitude);
        System.exit(Math.abs(all - 0.1) > 1e-3 && Math.abs(rows - 0.1) > 1e-3 && largest == 1 && Double.isNaN(magnitude) ? 0 : 1);
    }
}
JAVA
OMP_NUM_THREADS=2 java -cp "$(cat "$folder/classpath")" "$folder/Finding.java"
