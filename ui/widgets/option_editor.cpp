// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/option_editor.h"

#include "ui/theme/symbols.h"
#include "ui/widgets/number_box.h"
#include "ui/widgets/value_slider.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QEvent>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSignalBlocker>

#include <algorithm>
#include <cmath>

namespace diffuscope::ui {

using base::Option;
using base::OptionKind;
using base::OptionValue;
using base::OptionValues;

namespace {

constexpr int mostLabelCharacters = 15;
/// A slider helps for ranges a hand can aim in.
constexpr double widestSliderRange = 1000;

bool sameOptions(const std::vector<Option>& a, const std::vector<Option>& b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Option& x, const Option& y) {
        return x.id == y.id && x.kind == y.kind && x.minimum == y.minimum && x.maximum == y.maximum &&
               x.choices.size() == y.choices.size();
    });
}

double asNumber(const OptionValue& value)
{
    const double* number = std::get_if<double>(&value);
    return number ? *number : 0;
}

QString asText(const OptionValue& value)
{
    const std::string* text = std::get_if<std::string>(&value);
    return text ? QString::fromStdString(*text) : QString();
}

}  // namespace

OptionEditor::OptionEditor(QString prefix, QWidget* parent) : QWidget(parent), m_prefix(std::move(prefix))
{
    m_rows = new QGridLayout(this);
    m_rows->setContentsMargins(0, 0, 0, 0);
    m_rows->setHorizontalSpacing(8);
    m_rows->setVerticalSpacing(6);
    m_rows->setColumnStretch(1, 1);
    hide();
}

void OptionEditor::setOptions(const std::vector<Option>& options, const OptionValues& values)
{
    m_values = values;
    if (!sameOptions(options, m_options)) {
        m_options = options;
        rebuild();
    }
    for (const auto& option : m_options) {
        const auto found = m_values.find(option.id);
        m_show.at(option.id)(found == m_values.end() ? option.defaultValue : found->second);
    }
}

void OptionEditor::setVisibleRows(int rows)
{
    m_visibleRows = rows;
    for (int row = 0; row < m_labels.size(); ++row) {
        m_labels[row]->setVisible(row < rows);
        m_controls[row]->setVisible(row < rows);
    }
    setVisible(rows > 0 && !m_labels.isEmpty());
}

/// Longer labels take two lines rather than room from every control of the panel.
int OptionEditor::widestLabel() const
{
    const int most = mostLabelCharacters * fontMetrics().averageCharWidth();
    int width = 0;
    for (const auto* label : m_labels)
        if (!label->isHidden() && label->wordWrap())
            width = std::max(width, label->fontMetrics().horizontalAdvance(label->text()) + 2);
    return std::min(width, most);
}

void OptionEditor::setLabelWidth(int width)
{
    m_labelWidth = width;
    m_rows->setColumnMinimumWidth(0, width);
    for (auto* label : m_labels)
        if (label->wordWrap() && width > 0)
            label->setFixedWidth(width);
}

void OptionEditor::rebuild()
{
    m_show.clear();
    m_fields.clear();
    m_labels.clear();
    m_controls.clear();
    while (auto* item = m_rows->takeAt(0)) {
        // Deleted later: one of these controls may be the one whose signal brought us here.
        if (auto* widget = item->widget()) {
            widget->hide();
            widget->setObjectName({});
            for (auto* part : widget->findChildren<QWidget*>())
                part->setObjectName({});
            widget->deleteLater();
        }
        delete item;
    }
    int row = 0;
    for (const auto& option : m_options)
        addRow(row, option);
    setVisibleRows(m_visibleRows);
    setLabelWidth(m_labelWidth);
    Q_EMIT rebuilt();
}

void OptionEditor::addRow(int& row, const Option& option)
{
    Show show;
    const auto custom = m_makeCustom.find(option.id);
    const bool isCustom = custom != m_makeCustom.end();
    QWidget* control = nullptr;
    if (isCustom) {
        const QString objectName = m_prefix + QLatin1Char('.') + QString::fromStdString(option.id);
        auto made = custom->second(objectName, this,
                                   [this, option](const OptionValue& value) { edit(option, value); });
        control = made.widget;
        show = std::move(made.show);
    } else {
        control = makeControl(option, show);
    }
    m_show.emplace(option.id, std::move(show));
    auto* label = new QLabel(withHats(QString::fromStdString(option.displayName)), this);
    label->setToolTip(withHats(QString::fromStdString(option.explanation)));
    label->setBuddy(control->focusProxy() ? control->focusProxy() : control);
    label->setWordWrap(!isCustom);
    m_rows->addWidget(label, row, 0, 1, isCustom ? 2 : 1);
    if (isCustom)
        m_rows->addWidget(control, ++row, 0, 1, 2);
    else
        m_rows->addWidget(control, row, 1);
    m_labels.append(label);
    m_controls.append(control);
    ++row;
}

void OptionEditor::setCustomControl(const std::string& id, MakeControl make)
{
    m_makeCustom[id] = std::move(make);
}

void OptionEditor::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        for (auto* field : m_fields)
            field->setFixedWidth(numberFieldWidth(fontMetrics()));
}

QWidget* OptionEditor::makeControl(const Option& option, Show& show)
{
    switch (option.kind) {
        case OptionKind::number:
            return makeNumber(option, show);
        case OptionKind::integer:
            return makeInteger(option, show);
        case OptionKind::toggle:
            return makeToggle(option, show);
        case OptionKind::choice:
            return makeChoice(option, show);
        case OptionKind::text:
            break;
    }
    return makeText(option, show);
}

void OptionEditor::name(QWidget* control, const Option& option, const char* suffix) const
{
    control->setObjectName(m_prefix + u'.' + QString::fromStdString(option.id) + QLatin1String(suffix));
    control->setAccessibleName(withHats(QString::fromStdString(option.displayName)));
    control->setToolTip(withHats(QString::fromStdString(option.explanation)));
}

QWidget* OptionEditor::makeNumber(const Option& option, Show& show)
{
    auto* spin = new DecimalBox;
    spin->setKeyboardTracking(false);
    spin->setDecimals(option.decimals);
    spin->setRange(option.minimum, option.maximum);
    spin->setSingleStep(std::pow(10, -std::min(option.decimals, 2)) * (option.decimals >= 2 ? 5 : 1));
    connect(spin, &QDoubleSpinBox::valueChanged, this, [this, option](double value) { edit(option, value); });
    name(spin, option);
    if (option.maximum - option.minimum > widestSliderRange) {
        show = [spin](const OptionValue& value) {
            const QSignalBlocker quiet(spin);
            spin->setValue(asNumber(value));
        };
        return spin;
    }
    auto* both = new QWidget(this);
    auto* row = new QHBoxLayout(both);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    auto* slider = new ValueSlider;
    slider->setNumbers(option.minimum, option.maximum, (option.maximum - option.minimum) / 100);
    slider->setRounding(std::pow(10, -std::min(option.decimals, 3)));
    name(slider, option, ".slider");
    spin->setFixedWidth(numberFieldWidth(spin->fontMetrics()));
    m_fields.append(spin);
    row->addWidget(slider, 1);
    row->addWidget(spin);
    both->setFocusProxy(spin);
    connect(slider, &ValueSlider::numberEdited, spin, &QDoubleSpinBox::setValue);
    show = [spin, slider](const OptionValue& value) {
        const QSignalBlocker quiet(spin);
        spin->setValue(asNumber(value));
        if (!slider->isSliderDown())
            slider->setNumber(asNumber(value));
    };
    return both;
}

QWidget* OptionEditor::makeInteger(const Option& option, Show& show)
{
    auto* spin = new WholeBox(this);
    spin->setKeyboardTracking(false);
    spin->setRange(int(option.minimum), int(option.maximum));
    name(spin, option);
    connect(spin, &QSpinBox::valueChanged, this, [this, option](int value) { edit(option, double(value)); });
    show = [spin](const OptionValue& value) {
        const QSignalBlocker quiet(spin);
        spin->setValue(int(asNumber(value)));
    };
    return spin;
}

QWidget* OptionEditor::makeToggle(const Option& option, Show& show)
{
    auto* box = new QCheckBox(this);
    name(box, option);
    connect(box, &QCheckBox::toggled, this, [this, option](bool on) { edit(option, on); });
    show = [box](const OptionValue& value) {
        const QSignalBlocker quiet(box);
        const bool* on = std::get_if<bool>(&value);
        box->setChecked(on && *on);
    };
    return box;
}

QWidget* OptionEditor::makeChoice(const Option& option, Show& show)
{
    auto* box = new QComboBox(this);
    name(box, option);
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box->setMinimumContentsLength(8);
    for (const auto& choice : option.choices)
        box->addItem(withHats(QString::fromStdString(choice.displayName)), QString::fromStdString(choice.id));
    connect(box, &QComboBox::activated, this,
            [this, option, box] { edit(option, box->currentData().toString().toStdString()); });
    show = [box](const OptionValue& value) { box->setCurrentIndex(box->findData(asText(value))); };
    return box;
}

QWidget* OptionEditor::makeText(const Option& option, Show& show)
{
    auto* field = new QLineEdit(this);
    name(field, option);
    connect(field, &QLineEdit::editingFinished, this, [this, option, field] {
        field->setModified(false);  // what is undone from here on is the program's
        edit(option, field->text().toStdString());
    });
    show = [field](const OptionValue& value) {
        if (!field->hasFocus() || field->text() != asText(value))
            field->setText(asText(value));
        if (!field->hasFocus())
            field->setCursorPosition(0);  // a long list is read from its beginning
    };
    return field;
}

void OptionEditor::edit(const Option& option, const OptionValue& value)
{
    const OptionValues before = m_values;
    if (value == option.defaultValue)
        m_values.erase(option.id);
    else
        m_values[option.id] = value;
    if (m_values != before)
        Q_EMIT edited(m_values);
}

}  // namespace diffuscope::ui
