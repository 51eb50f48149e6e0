// SPDX-License-Identifier: GPL-3.0-or-later
// Builds controls from a registry's description of options: one row an option, with its range, name and
// explanation.
#pragma once

#include "core/base/option.h"

#include <QHash>
#include <QWidget>

#include <functional>

class QGridLayout;
class QLabel;

namespace diffuscope::ui {

/// Rows in the grid of a form: label in column 0, control in column 1, number in column 2. The editor owns
/// its rows only; the form around it shares the columns, so that all labels of a panel line up.
class OptionEditor : public QWidget
{
    Q_OBJECT

public:
    /// `prefix` begins the object names of the controls ("samplerOption" gives "samplerOption.eta").
    OptionEditor(QString prefix, QWidget* parent = nullptr);

    /// Shows options with values; what is absent has its default. Controls are made anew only where the
    /// options differ from those shown, so that a control being dragged stays.
    void setOptions(const std::vector<base::Option>& options, const base::OptionValues& values);
    /// Only what differs from the defaults, as recipe files hold it.
    const base::OptionValues& values() const { return m_values; }

    /// A control of another kind: shows a value, and reports through the function it was made with.
    struct CustomControl
    {
        QWidget* widget = nullptr;
        std::function<void(const base::OptionValue&)> show;
    };
    using Edit = std::function<void(const base::OptionValue&)>;
    using MakeControl = std::function<CustomControl(const QString& name, QWidget* parent, Edit edit)>;
    /// Options of this id get a control of their own, as wide as the form, beneath their label. Call before
    /// setOptions().
    void setCustomControl(const std::string& id, MakeControl make);

    /// Shows the first `rows` options only.
    void setVisibleRows(int rows);

    /// What the widest label needs; 0 without options.
    int widestLabel() const;
    /// The width of the label column, so that the rows line up with the form around them.
    void setLabelWidth(int width);

Q_SIGNALS:
    void edited(const diffuscope::base::OptionValues& values);
    /// New controls were made.
    void rebuilt();

protected:
    void changeEvent(QEvent* event) override;

private:
    using Show = std::function<void(const base::OptionValue&)>;

    void rebuild();
    QWidget* makeControl(const base::Option& option, Show& show);
    QWidget* makeNumber(const base::Option& option, Show& show);
    QWidget* makeInteger(const base::Option& option, Show& show);
    QWidget* makeToggle(const base::Option& option, Show& show);
    QWidget* makeChoice(const base::Option& option, Show& show);
    QWidget* makeText(const base::Option& option, Show& show);
    void addRow(int& row, const base::Option& option);
    void name(QWidget* control, const base::Option& option, const char* suffix = "") const;
    void edit(const base::Option& option, const base::OptionValue& value);

    QString m_prefix;
    std::vector<base::Option> m_options;
    base::OptionValues m_values;
    std::map<std::string, Show> m_show;
    std::map<std::string, MakeControl> m_makeCustom;
    QGridLayout* m_rows = nullptr;
    QList<QLabel*> m_labels;
    QList<QWidget*> m_controls;
    int m_visibleRows = 0;
    QList<QWidget*> m_fields;  ///< those beside a slider
    int m_labelWidth = 0;
};

}  // namespace diffuscope::ui
