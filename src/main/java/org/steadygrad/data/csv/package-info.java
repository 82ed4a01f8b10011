/**
 * CSV as programs and people write it: separators, quotes, numbers and times are found out ({@code CsvSurvey}), columns get their meaning
 * from the run file or from what they hold ({@code CsvColumns}), and rows are read one at a time.
 *
 * <p>Begin with {@link org.steadygrad.data.csv.CsvData}.
 */
@Internal
package org.steadygrad.data.csv;

import org.steadygrad.check.Internal;
