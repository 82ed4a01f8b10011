/* The page's charts without a page: what ReportPictures asks for. */
(function (sg) {
    'use strict';

    var list = [];

    function names() {
        return JSON.stringify(list.map(function (p) { return { name: p.name, title: p.title }; }));
    }

    /** Takes an evaluation. @return names of the pictures */
    function evaluation(text) {
        list = sg.evaluation(JSON.parse(text)).map(function (chart) {
            return { name: chart.name, title: chart.title, titled: true, panel: { height: chart.height, option: chart.option } };
        });
        return names();
    }

    /** Takes the runs. @return names of the pictures */
    function prepare(text) {
        list = [];
        sg.charts(JSON.parse(text)).forEach(function (chart) {
            chart.panels.forEach(function (panel) {
                list.push({
                    name: chart.id + panel.key, title: chart.title + (panel.label ? ': ' + panel.label : ''), panel: panel, small: chart.small
                });
            });
        });
        return names();
    }

    /** Moves what has its place from the top on. */
    function lower(part, room) {
        [].concat(part || []).forEach(function (p) {
            if (typeof p.top === 'number') {
                p.top += room;
            }
        });
    }

    /** A picture stands by itself: it says what it shows. @return room that the words take */
    function entitle(option, title, width) {
        var lines = Math.ceil(title.length * 7.6 / (width - 20));
        var room = 14 + 19 * lines;
        ['grid', 'legend', 'visualMap', 'graphic', 'title'].forEach(function (part) { lower(option[part], room); });
        option.title = [].concat(option.title || [], {
            text: title, left: 8, top: 8, borderColor: 'transparent', borderWidth: 0, padding: 0,
            textStyle: { color: sg.LIGHT.ink, fontFamily: sg.FONT, fontSize: 14, fontWeight: 600, lineHeight: 19, width: width - 16, overflow: 'break' }
        });
        return room;
    }

    /** Draws one. */
    function svg(name) {
        var picture = list.filter(function (p) { return p.name === name; })[0];
        var width = picture.small ? 420 : 820;
        var option = picture.panel.option(sg.LIGHT, width);
        var room = picture.titled ? 0 : entitle(option, picture.title, width);
        var chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: width, height: picture.panel.height + room });
        try {
            option.backgroundColor = '#ffffff';
            chart.setOption(option);
            return chart.renderToSVGString();
        } finally {
            chart.dispose();
        }
    }

    Object.assign(sg, { pictures: { prepare: prepare, evaluation: evaluation, svg: svg } });
}(steadygrad));
